import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cs231n.notebook import (
    MissingLibrary,
    NotebookClass,
    add_to_class,
    missing_library,
    needs_answers,
)
from cs231n.workbook.lines import shorten_refusals


def run_cells(*cells):
    """Run strings as the cells of one notebook; return its names."""
    names = {"add_to_class": add_to_class, "NotebookClass": NotebookClass}
    for cell in cells:
        exec(cell, names)
    return names


CLASS = "class Dog(NotebookClass):\n    def speak(self):\n        return 'class'"
DECORATED = "@add_to_class(Dog)\ndef speak(self):\n    return 'decorated'"
PASTED = "def speak(self):\n    return 'pasted'"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([CLASS], "class"),
        ([CLASS, DECORATED], "decorated"),
        ([CLASS, PASTED], "pasted"),
        ([CLASS, DECORATED, PASTED], "pasted"),
        ([CLASS, PASTED, DECORATED], "decorated"),
    ],
)
def test_the_method_written_last_counts(cells, expected):
    assert run_cells(*cells)["Dog"]().speak() == expected


@pytest.mark.parametrize("cells", [[CLASS, DECORATED], [CLASS, PASTED]])
def test_the_class_itself_has_the_method_too(cells):
    names = run_cells(*cells)
    assert names["Dog"].speak is names["speak"]


def test_a_class_without_the_method_says_so_too():
    with pytest.raises(AttributeError, match=r"Dog has no 'fetch' yet\. Run the cell"):
        _ = run_cells(CLASS)["Dog"].fetch


def test_functions_that_are_no_methods_stay_out():
    names = run_cells(CLASS, "def speak(text):\n    return text", "speak_count = 3")

    assert names["Dog"]().speak() == "class"


def test_a_missing_method_says_which_cell_to_run():
    dog = run_cells(CLASS)["Dog"]()

    with pytest.raises(AttributeError, match=r"Dog has no 'fetch' yet\. Run the cell"):
        dog.fetch()


def test_attributes_are_found_as_usual():
    names = run_cells(CLASS, DECORATED)
    dog = names["Dog"]()
    dog.name = "Rex"

    assert dog.name == "Rex"
    assert names["Dog"].speak is names["speak"]


def test_a_cell_that_needs_an_answer_names_the_exercise(capsys):
    with needs_answers():
        raise NotImplementedError("knn-two-loops: not written yet.")

    assert "finish exercise knn-two-loops first" in capsys.readouterr().out


def test_other_errors_are_not_hidden():
    with pytest.raises(ZeroDivisionError), needs_answers():
        _ = 1 / 0


def test_a_missing_library_is_said_once_and_by_whatever_needs_it(capsys):
    torch = missing_library("PyTorch", "torch")
    sentence = "PyTorch is not installed: run `%pip install torch` in a cell, then"

    assert capsys.readouterr().out.startswith(sentence)
    for use in (lambda: torch.nn.Module, lambda: torch(3), lambda: torch.zeros):
        with pytest.raises(MissingLibrary, match="run `%pip install torch` in a cell"):
            use()
    assert capsys.readouterr().out == ""


def test_a_cell_that_needs_a_missing_library_says_how_to_get_it(capsys):
    torch = missing_library("PyTorch", "torch")
    with needs_answers():
        torch.manual_seed(231)

    said = capsys.readouterr().out.splitlines()
    assert said[0] == said[1]


def test_a_missing_library_shows_a_sentence_instead_of_a_traceback():
    torch = missing_library("PyTorch", "torch")
    with pytest.raises(MissingLibrary) as caught:
        torch.zeros(3)

    assert caught.value._render_traceback_() == [f"MissingLibrary: {caught.value}"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("dog = Dog()\ndog.fetch()", "Dog has no 'fetch' yet. Run the cell that"),
        ("Dog.fetch", "Dog has no 'fetch' yet. Run the cell that"),
        ("Dog().coat", "Dog has no 'coat': its parameters lie in self.params"),
        ("def play(dog):\n    return dog.run()\n\nplay(Dog())", "Dog has no 'run' yet"),
    ],
)
def test_a_missing_name_shows_a_sentence_and_the_students_line(cell, said):
    shell = InteractiveShell.instance()
    setup = "from cs231n.notebook import NotebookClass\nclass Dog(NotebookClass):\n"
    setup += "    def __init__(self):\n        self.params = {'coat': 1}"
    assert shell.run_cell(setup, silent=True).success
    result = shell.run_cell(cell, silent=True)

    first, *_, last = result.error_in_exec._render_traceback_()
    assert " ".join(first.split()).startswith(f"AttributeError: {said}")
    (asked,) = [line for line in cell.splitlines() if re.search(r"[\w)]\.\w", line)]
    assert last == f"    {asked.strip()}"


@pytest.fixture
def shown(monkeypatch):
    """A shell as a notebook has it; what it shows of an error is what a cell gives."""
    shell, lines = InteractiveShell.instance(), []
    monkeypatch.setattr(shell, "custom_exceptions", ())
    monkeypatch.setattr(shell, "CustomTB", None, raising=False)
    show = lambda kind, error, found: lines.extend(found)
    monkeypatch.setattr(shell, "_showtraceback", show)
    shorten_refusals(shell)

    def cell(source):
        lines.clear()
        shell.run_cell(source, silent=True)
        return "\n".join(lines)

    return cell


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "from cs231n.layers import affine_forward\nimport numpy as np\n"
            "def mine(x):\n    return affine_forward(x, x, x)\n\n"
            "mine(np.float64(3))",
            "TypeError: x must be a NumPy array; got float64.",
        ),
        (
            "from cs231n.solver import Solver\nSolver(None, {}, lr=1)",
            "ValueError: Solver has no argument 'lr'",
        ),
        (
            "from cs231n.gradcheck import eval_numerical_gradient as gradient\n"
            "import numpy as np\ngradient(np.exp, np.ones(3))",
            "TypeError: f(x) should be one number",
        ),
        (
            "from cs231n import vis\nvis.visualize_grid(3)",
            "ValueError: images must have shape",
        ),
    ],
)
def test_a_refused_argument_shows_a_sentence_and_the_students_line(shown, cell, said):
    text = shown(cell)

    assert text.startswith(said)
    assert "Traceback" not in text
    asked = cell.splitlines()[-3 if "mine" in cell else -1].strip()
    assert text.splitlines()[-1] == f"    {asked}"
    assert "Traceback" in shown("%tb")


@pytest.mark.parametrize(
    "cell",
    [
        "raise ValueError('of my own')",
        "int('seven')",
        "from cs231n import vis\nimport numpy as np\nvis.rescale(np.array(['a', 'b']))",
    ],
)
def test_other_errors_look_as_always(shown, cell):
    assert "Traceback" in shown(cell)


def test_where_no_line_is_known_the_sentence_stands_alone():
    with pytest.raises(AttributeError) as caught:
        _ = run_cells(CLASS)["Dog"].fetch
    (said,) = caught.value._render_traceback_()
    assert said.startswith("AttributeError: Dog has no 'fetch' yet.")
    assert max(map(len, said.splitlines())) <= 80
