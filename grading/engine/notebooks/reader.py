"""A reader: reads one submission after the other, and may come to grief over any.

``python -m grading.engine.notebooks.reader`` is told the templates and where the files
lie, then gets a submission's files and gives its notebooks back, a line of JSON each.
A few megabytes of brackets become a gigabyte of lists, and a short text can take a
parser minutes; both end this process and not the coordinator.
"""

import json
import sys
import time
from dataclasses import asdict

from grading.engine.notebooks.normalise import Normalised
from grading.engine.notebooks.sorting import sort_files
from grading.engine.notebooks.template import Template
from grading.engine.processes.pipes import private_pipes, say
from grading.engine.storage.store import Store

if sys.platform != "win32":
    import resource

#: Bytes of address space, and seconds of a processor for one submission.
MEMORY, SECONDS = 1 << 30, 8
#: A reader that holds so many bytes makes room for a fresh one.
LARGE = 400 << 20


def first_line(
    templates: dict[str, Template], store: Store, seconds: int = SECONDS
) -> str:
    """Say what a reader must know, before anything else.

    Parameters
    ----------
    templates : dict of {str: Template}
        The assignment's notebooks.
    store : Store
        Where the files lie.
    seconds : int, optional
        Of a processor, for one submission.

    Returns
    -------
    text : str
        For :func:`main`.
    """
    plain = {name: asdict(template) for name, template in templates.items()}
    job = {"templates": plain, "store": str(store.root), "seconds": seconds}
    return json.dumps(job)


def notebooks_of(reply: dict) -> dict[str, Normalised]:
    """Take the notebooks out of a reader's reply.

    Parameters
    ----------
    reply : dict
        Of :func:`main`.

    Returns
    -------
    notebooks : dict of {str: Normalised}
        As :func:`~.sorting.sort_files` gave them there.
    """
    return {
        name: Normalised(**raw | {"flags": tuple(raw["flags"])})
        for name, raw in reply["notebooks"].items()
    }


def _read(templates, files, store):
    try:
        notebooks = sort_files(templates, [tuple(file) for file in files], store)
    except MemoryError:
        return {"reason": "They take too much memory to read."}
    except Exception as error:  # no file may end the class, whatever we overlooked
        return {"reason": f"They made the reader stop ({type(error).__name__})."}
    return {"notebooks": {name: asdict(one) for name, one in notebooks.items()}}


def _limit(kind, soft):
    hard = resource.getrlimit(kind)[1]
    soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(kind, (soft, hard))


def main() -> None:
    """Read submissions named on standard input."""
    tasks, replies = private_pipes()
    job = json.loads(tasks.readline())
    templates = {
        name: Template.from_dict(raw) for name, raw in job["templates"].items()
    }
    store = Store(job["store"])
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    say(replies, {"ready": True})
    for line in tasks:
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + job["seconds"])
        reply = _read(templates, json.loads(line), store)
        if leaves := _size() > LARGE:
            reply["leaves"] = True
        say(replies, reply)
        if leaves:
            return


def _size():
    """Return the bytes of memory in use; the largest so far may be the parent's."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
