"""The summary: what a run did."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Summary:
    """What a run did."""

    submissions: int = 0
    notebooks: int = 0
    counts: Counter = field(default_factory=Counter)  #: "judged", "known", "unread"
    isolations: set = field(default_factory=set)
    flagged: dict = field(default_factory=dict)  #: {(student, notebook): flags}
    problems: list = field(default_factory=list)
    changes: list = field(default_factory=list)  #: (student, notebook, before, after)
    missing: list = field(default_factory=list)  #: students asked for and not there

    def count(
        self,
        how: str,
        student: str,
        notebook: str,
        flags: Iterable[str],
        isolation: str,
    ) -> None:
        """Count a notebook.

        Parameters
        ----------
        how : str
            "judged", "known" or "unread".
        student, notebook : str
            Whose, and which.
        flags : iterable of str
            What an instructor should look at.
        isolation : str
            That it was judged with.
        """
        self.notebooks += 1
        self.counts[how] += 1
        self.isolations.add(isolation)
        if flags:
            self.flagged[student, notebook] = tuple(dict.fromkeys(flags))
