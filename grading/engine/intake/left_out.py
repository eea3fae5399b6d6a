"""What was left out of a submission: counted, and some of it named."""

from collections import Counter, defaultdict

from grading.engine.storage.names import printable

#: Names that a flag has.
NAMED = 5
#: Kinds of reasons that are told.
KINDS = 40


class LeftOut:
    """Names of files by the reason why they were left out."""

    def __init__(self) -> None:
        self._names, self._counts = defaultdict(list), Counter()

    def add(self, name: str, reason: str) -> None:
        """Note a file.

        Parameters
        ----------
        name : str
            As the student called it.
        reason : str
            End of a sentence, such as ``"no notebook."``.
        """
        if reason not in self._counts and len(self._counts) >= KINDS:
            reason = "for other reasons."
        self._counts[reason] += 1
        if len(self._names[reason]) < NAMED:
            self._names[reason].append(printable(name, 60))

    def flags(self) -> list[str]:
        """Say what was left out.

        Returns
        -------
        flags : list of str
            A sentence for each reason.
        """
        found = []
        for reason, count in self._counts.items():
            names = ", ".join(map(repr, self._names[reason]))
            more = count - len(self._names[reason])
            names += f" and {more} more" if more else ""
            found.append(f"Left out {names}: {reason}")
        return found
