"""Mistakes are patches or whole answers, and what does not fit is refused."""

import pytest

from grading.authoring import check_tests
from grading.authoring.build import SourceError
from grading.authoring.mistakes import Variant, variants

SCRIPT = '''# %% answer="double"
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    y = 2 * x
    ### END SOLUTION
    return y
'''
STYLE = 'style="double" why="A sum, on one line."\ndef double(x):\n    return x + x'


@pytest.fixture
def read(tmp_path):
    """Write a script and its mistakes, one cell each, and read the variants."""

    def read(*cells):
        for folder, text in (
            ("solutions", SCRIPT),
            (
                "mistakes",
                "# About.\n\n" + "\n\n".join(f"# %% {cell}" for cell in cells),
            ),
        ):
            path = tmp_path / folder / "hw" / "topic.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return variants("hw/topic", tmp_path / "solutions", tmp_path / "mistakes")

    return read


def test_a_patch_changes_the_solution_or_the_answer_it_names(read):
    found = read(
        'mistake="double" why="Three."\n- y = 2 * x\n+ y = 3 * x',
        STYLE,
        'mistake="double" of="A sum" why="One."\n- return x + x\n+ return x',
    )

    assert found == [
        Variant(
            "mistake", "double", "Three.", "def double(x):\n    y = 3 * x\n    return y"
        ),
        Variant(
            "style",
            "double",
            "A sum, on one line.",
            "def double(x):\n    return x + x",
        ),
        Variant("mistake", "double", "One.", "def double(x):\n    return x"),
    ]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            'mistake="dubble" why="a"\nx',
            "mistake 'dubble' is no exercise; there are: do",
        ),
        (
            'style="dubble" why="a"\nx = 1',
            "style 'dubble' is no exercise; there are: do",
        ),
        ('mistake="double"\nx = 1', 'this mistake says no why="..."; its author'),
        (
            'mistak="double" why="a"\nx = 1',
            "unknown header .*; write mistake= or style=",
        ),
        ("\nx = 1", "unknown header {}; write mistake= or style="),
        (
            'mistake="double" why="a"\n- z = 1',
            "'z = 1' occurs nowhere; it must occur on",
        ),
        ('mistake="double" of="A" why="a"\nx = 1', "leave it out above a whole answer"),
        (
            'mistake="double" of="B" why="a"\n- return x',
            "of='B' should begin the why of one whole answer to 'double'; it begins 0",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(read, cell, message):
    with pytest.raises(SourceError, match=f"hw/topic, cell 3: .*{message}"):
        read(STYLE, STYLE.replace("A sum", "Sum"), cell)


def test_all_faults_are_listed(read):
    with pytest.raises(SourceError) as error:
        read('mistake="a" why="x"\ny', 'style="b" why="x"\ny', STYLE)

    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["assignment1/kn"], "no notebook 'assignment1/kn'; there are: assignment1/"),
        (
            ["assignment1/knn", "--exercise", "knn"],
            "no exercise 'knn'; there are: knn-two-loops",
        ),
    ],
)
def test_a_wrong_name_gets_a_sentence(argv, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        check_tests.main(argv)

    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_one_exercise_can_be_checked_alone(capsys):
    assert (
        check_tests.main(["assignment1/softmax", "--exercise", "softmax-search"]) == 0
    )

    *lines, total = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("softmax-search: ", "    ")) for line in lines)
    assert total == "7 mistakes and 3 styles of 1 exercise: none not as meant."
