"""The readers as the coordinator has them: submissions in, notebooks out."""

import json
from collections import Counter
from typing import TYPE_CHECKING

from grading.engine.notebooks.normalise import Normalised, unreadable
from grading.engine.notebooks.reader import SECONDS, first_line, notebooks_of
from grading.engine.processes.line_pool import Ended, LinePool, ran_out_of_time

if TYPE_CHECKING:
    from grading.engine.intake.submission import Submission
    from grading.engine.notebooks.template import Template
    from grading.engine.storage.store import Store

#: Readers at work: while one is at a file that takes long, the other goes on.
READERS = 2
#: Seconds on the clock for one submission; those of a processor count long before.
PATIENCE = 120.0
#: Bytes of a submission's notebooks, as a reader gives them.
MAX_REPLY = 128 << 20
#: A submission that ends so many readers is not read again.
MAX_DEATHS = 3


class Readers:
    """Processes that read what students handed in.

    Parameters
    ----------
    templates : dict of {str: Template}
        The assignment's notebooks.
    store : Store
        Where the files lie.
    seconds : int, optional
        Of a processor, for one submission.
    """

    def __init__(
        self, templates: "dict[str, Template]", store: "Store", seconds: int = SECONDS
    ) -> None:
        self._templates = templates
        self._pool = LinePool(
            ["-m", "grading.engine.notebooks.reader"],
            READERS,
            seconds=PATIENCE,
            line_bytes=MAX_REPLY,
            first=first_line(templates, store, seconds),
        )
        self._submissions, self._deaths = {}, Counter()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._pool.close()

    def __bool__(self):
        return bool(self._submissions)

    @property
    def has_room(self) -> bool:
        """Whether another submission would find a reader soon."""
        return len(self._submissions) < 2 * READERS

    def submit(self, submission: "Submission") -> None:
        """Have a submission read.

        Parameters
        ----------
        submission : Submission
            Of a student whose other submissions are not being read.
        """
        self._submissions[submission.student] = submission
        self._send(submission)

    def _send(self, submission):
        self._pool.submit(submission.student, json.dumps(submission.files))

    def landed(
        self, timeout: float
    ) -> "list[tuple[Submission, dict[str, Normalised]]]":
        """Wait until something is read.

        Parameters
        ----------
        timeout : float
            Seconds.

        Returns
        -------
        done : list of (Submission, dict of {str: Normalised})
            A submission that cannot be read has a sentence in each notebook's place.

        Raises
        ------
        WorkersFailed
            If no reader starts.
        """
        done = []
        for student, reply in self._pool.wait(timeout):
            if isinstance(reply, Ended) and not self._is_deadly(student, reply):
                self._send(self._submissions[student])
                continue
            done.append((self._submissions.pop(student), self._notebooks(reply)))
        return done

    def _is_deadly(self, student, ended):
        """Tell whether a submission is at fault; else the machine may have been."""
        self._deaths[student] += 1
        return ran_out_of_time(ended) or self._deaths[student] >= MAX_DEATHS

    def _notebooks(self, reply):
        if isinstance(reply, Ended):
            late = ran_out_of_time(reply)
            reason = "take too much time to read" if late else "end whatever reads them"
            return self._refused(f"They {reason}.")
        if "reason" in reply:
            return self._refused(reply["reason"])
        return notebooks_of(reply)

    def _refused(self, why):
        reason = f"The files could not be read. {why} Save them anew and hand in again."
        return {name: unreadable(one, reason) for name, one in self._templates.items()}
