import nbformat
import pytest

from grading.authoring.build import (
    ROLES,
    SourceError,
    build_sources,
    points,
    scripts,
    source_notebook,
)

HEADER = '# %% [markdown]\n# # Title\n#\n# Text.\n\n# %% tags=["setup"]\nimport math\n'


def cell(source="x = 1", *, kind="", **flags):
    """Write one cell with nbgrader flags."""
    flags = {"schema_version": 3, "grade_id": "one"} | flags
    flags = str(flags).replace("True", "true").replace("False", "false")
    return f"\n# %%{kind} nbgrader={flags}\n{source}\n".replace("'", '"')


def answer(grade_id="one", source="### BEGIN SOLUTION\nx = 1\n### END SOLUTION"):
    return cell(source, grade_id=grade_id, grade=False, solution=True, locked=False)


@pytest.fixture
def build(tmp_path):
    """Write a script and build it."""

    def build(text):
        path = tmp_path / "assignment9" / "topic.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return source_notebook(path)

    return build


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_two_builds_give_the_same_bytes(path):
    first, second = (nbformat.writes(source_notebook(path)) for _ in range(2))

    assert first == second
    nbformat.validate(nbformat.reads(first, as_version=4))


def test_ids_come_from_the_grade_id_or_the_position(build):
    notebook = build(HEADER + answer("avg-pool"))

    assert [cell.id for cell in notebook.cells] == [
        "topic-000",
        "topic-001",
        "topic-002",
        "avg-pool",
    ]


def test_the_first_code_cell_gets_the_package(build):
    notebook = build(HEADER)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")

    assert "pip" in first.source
    assert "git+https://" in first.source
    assert "@" not in first.source.replace("git+https://", "")


def test_points_are_added_up_and_shown(build):
    test = cell("assert x", grade_id="t", grade=True, solution=False, locked=True)
    test = test.replace('"grade_id"', '"points": 3, "grade_id"')
    notebook = build(HEADER + answer() + test)

    assert points(notebook) == (3, 0)
    assert "**Points:** 3 by tests, 0 for written answers." in notebook.cells[0].source


@pytest.mark.parametrize("grade", [True, False])
@pytest.mark.parametrize("solution", [True, False])
@pytest.mark.parametrize("locked", [True, False])
def test_impossible_flags_are_refused_with_the_possible_ones(
    build, grade, solution, locked
):
    flags = {"grade": grade, "solution": solution, "locked": locked}
    source = "### BEGIN SOLUTION\nx = 1\n### END SOLUTION" if solution else "x = 1"
    text = HEADER + cell(source, points=1, **flags)
    if (grade, solution, locked) in ROLES:
        build(text)
        return
    with pytest.raises(SourceError) as error:
        build(text)
    assert "topic.py: cell 3: 'one' has (grade, solution, locked) = " in str(
        error.value
    )
    assert "Allowed: (False, True, False) answer, autograded;" in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (answer() + answer(), "grade_id 'one' stands on 2 cells"),
        (answer("a b"), "grade_id 'a b' may hold letters"),
        (answer(source="x = 1"), "BEGIN SOLUTION belongs in an answer"),
        ("\n# %%\n### BEGIN SOLUTION\n### END SOLUTION\n", "without nbgrader flags"),
        ('\n# %% tags=["set-up"]\nx = 1\n', "unknown tag 'set-up'; known: experiment"),
        (
            '\n# %% nbgrader={"grade": true}\nx = 1\n',
            "the nbgrader flags lack grade_id",
        ),
        (
            cell(grade=True, solution=False, locked=True),
            "'one' is graded and needs points above 0",
        ),
        (
            cell(
                "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS",
                grade=False,
                solution=False,
                locked=True,
            ),
            "hidden tests belong in a test cell",
        ),
    ],
)
def test_faults_are_refused_in_a_sentence(build, text, message):
    with pytest.raises(SourceError, match=message):
        build(HEADER + text)


def test_a_missing_setup_cell_is_refused(build):
    with pytest.raises(SourceError, match="no cell is tagged 'setup'"):
        build("# %% [markdown]\n# # Title\n")


def test_all_faults_are_reported_at_once_and_nothing_is_written(tmp_path):
    folder = tmp_path / "solutions" / "assignment9"
    folder.mkdir(parents=True)
    (folder / "good.py").write_text(HEADER)
    (folder / "topic.py").write_text(HEADER + answer() + answer() + answer("a b"))

    with pytest.raises(SourceError) as error:
        build_sources(tmp_path / "source", tmp_path / "solutions")

    assert len(str(error.value).splitlines()) == 2
    assert not (tmp_path / "source").exists()


def test_stale_notebooks_are_removed(tmp_path):
    folder = tmp_path / "solutions" / "assignment9"
    folder.mkdir(parents=True)
    (folder / "new.py").write_text(HEADER)
    stale = tmp_path / "source" / "assignment9" / "old.ipynb"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")

    assert build_sources(tmp_path / "source", tmp_path / "solutions") == ["assignment9"]
    assert [path.name for path in stale.parent.iterdir()] == ["new.ipynb"]
