"""What a class hands in: honest answers, broken files and hostile code."""

import ast
import shutil

import nbformat

from grading import ROOT
from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.mistakes import variants
from grading.authoring.release import release
from grading.course import Course
from grading.demo import _without_markers

OUT = ROOT / "build" / "benchmarks"
TRIVIAL = '''# %% [markdown]
# # Trivial
#
# As little as can be graded.

# %% tags=["setup"]
import math

# %% answer="one"
def one():
    """Return 1."""
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% test="one" points=1
# 1 point.
assert one() == 1
'''
_TWO_LOOPS = (
    "@add_to_class(KNearestNeighbor)\ndef compute_distances_two_loops(self, X):"
)
#: Answers that break something, with the exercise they stand in.
HOSTILE = {
    "exits": "import os\nos._exit(0)",
    "crashes": "import ctypes\nctypes.string_at(0)",
    "memory": "x = bytearray(1 << 40)",
    "floods": "print('x' * 30_000_000)",
    "forks": "import os\nwhile True: os.fork()",
    "chained": "a0 = 0\n" + "".join(f"a{n} = a{n - 1}\n" for n in range(1, 4000)),
    "text": (
        "@add_to_class(KNearestNeighbor)\ndef compute_distances_two_loops(self, X):\n"
        "    raise ValueError('x' * (1 << 25))"
    ),
    "equal": (
        "@add_to_class(KNearestNeighbor)\ndef compute_distances_two_loops(self, X):\n"
        "    return type('E', (), {'__eq__': lambda s, o: True})()"
    ),
    "endless": (
        "@add_to_class(KNearestNeighbor)\ndef compute_distances_two_loops(self, X):\n"
        "    while True: pass"
    ),
}
#: Answers that would keep a worker for as long as the limits allow.
KEEPING = {
    "clones": "import ctypes\nlibc = ctypes.CDLL(None)\nwhile True: libc.fork()",
    "sleeps": "import time\ntime.sleep(1e6)",
    "spins": (
        "import threading\ndef spin():\n    while True: pass\n"
        "while True: threading.Thread(target=spin).start()"
    ),
    "pieces": "kept = []\nwhile True: kept.append(bytes(100))",
    "fills": "n = 0\nwhile True:\n    n += 1\n    open(f'{n}', 'w').write('x' * 4096)",
    "counts": "sum(range(10**12))",
    "speechless": _TWO_LOOPS
    + """
    class Endless(Exception):
        def __str__(self):
            while True: pass
    raise Endless""",
    "iterates": _TWO_LOOPS
    + """
    class Endless(list):
        def __iter__(self):
            while True: pass
    return Endless([1])""",
    "recurses": _TWO_LOOPS
    + """
    import sys
    sys.setrecursionlimit(10**9)
    class Deep:
        def __getattr__(self, name): return getattr(self, name + "x")
    return Deep().x""",
    "nests": _TWO_LOOPS
    + """
    nested = []
    for _ in range(10**6): nested = [nested]
    return nested""",
}
BROKEN = {
    "cut": lambda data: data[: len(data) // 3],
    "deep": lambda data: b"[" * 100_000,
    "empty": lambda data: b"",
    "utf16": lambda data: data.decode().encode("utf-16"),
}


def make_course(name, script, path):
    """Release one notebook into an empty course."""
    root = OUT / name
    shutil.rmtree(root, ignore_errors=True)
    target = root / "solutions" / path
    target.parent.mkdir(parents=True)
    target.write_text(script, encoding="utf-8")
    course = Course(root)
    release(course, solutions=root / "solutions")
    return course


class Writer:
    """Fills a released notebook in, once for each student."""

    def __init__(self, course, path):
        self.course, (self.assignment, self.name) = course, path.split("/")
        released = course.released / self.assignment / f"{self.name}.ipynb"
        self.text = released.read_text(encoding="utf-8")

    def hand_in(self, student, answers, spoil=lambda data: data):
        """Write one submission; a comment makes every student's bytes their own."""
        notebook = nbformat.reads(self.text, as_version=4)
        for cell in notebook.cells:
            source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if source is not None:
                cell.source = source + f"\n# {student}"
        folder = self.course.submitted / student / self.assignment
        folder.mkdir(parents=True, exist_ok=True)
        data = spoil(nbformat.writes(notebook).encode())
        (folder / f"{self.name}.ipynb").write_bytes(data)


def endless_variant():
    """Return answers to knn whose functions all loop without end."""
    answers = solution_of("assignment1/knn")
    return {name: _without_ends(source) for name, source in answers.items()}


def _without_ends(source):
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.body = ast.parse("while True: pass").body
    return ast.unparse(tree)


def solution_of(path):
    """Return the answers of a notebook, such as assignment1/knn, by name."""
    return {
        cell.name: _without_markers(cell.source)
        for cell in exam_of(path).of_kind("answer")
    }


def honest_variants():
    """List whole answers to knn: the solution, and each known mistake and style."""
    solution = solution_of("assignment1/knn")
    changed = [solution | {v.exercise: v.source} for v in variants("assignment1/knn")]
    return [solution, {}, *changed]
