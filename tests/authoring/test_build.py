import nbformat
import pytest

from grading.authoring.build import (
    FIRST_CELL,
    SourceError,
    build_sources,
    points,
    scripts,
    source_notebook,
)

HEADER = '# %% [markdown]\n# # Title\n#\n# Text.\n\n# %% tags=["setup"]\nimport math\n'


ANSWER = "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"
HIDDEN = "### BEGIN HIDDEN TESTS\nassert x\n### END HIDDEN TESTS"


def answer(name="one", source=ANSWER):
    return f'\n# %% answer="{name}"\n{source}\n'


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


def test_the_first_code_cell_gets_the_package(build):
    notebook = build(HEADER)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")

    assert "pip" in first.source
    assert '\nPACKAGE = ""\n' in first.source  # nobody's address


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_no_notebook_carries_an_address_to_install_from(path):
    notebook = source_notebook(path)

    assert notebook.cells[1].source == FIRST_CELL.read_text(encoding="utf-8").strip()
    assert "colab.research.google.com" not in notebook.cells[0].source


def test_points_are_added_up_and_shown(build):
    test = '\n# %% test="one" points=3\nassert x\n'
    question = '\n# %% [markdown] question="why" points=0.5\n# Why?\n'
    guide = '\n# %% [markdown] marking="why"\n# Because.\n'
    notebook = build(HEADER + answer() + test + question + guide)

    assert points(notebook) == (3, 0.5)
    assert (
        "**Points:** 3 by tests, 0.5 for written answers." in notebook.cells[0].source
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (answer() + answer(), "the name 'one' stands on 2 cells"),
        (answer("a b"), "the name 'a b' may hold letters"),
        (answer(source="x = 1"), "BEGIN SOLUTION belongs in every answer and nowhere"),
        (
            "\n# %%\n### BEGIN SOLUTION\n### END SOLUTION\n",
            "BEGIN SOLUTION belongs in every answer and nowhere",
        ),
        (
            answer(source="### BEGIN SOLUTION\nx = 1\n### EN SOLUTION"),
            "BEGIN SOLUTION and ### END SOLUTION must take turns; found BEGIN",
        ),
        ('\n# %% tags=["set-up"]\nx = 1\n', "unknown tag 'set-up'; known: experiment"),
        (
            answer() + '\n# %% nbgrader={"grade": true}\nx = 1\n',
            "cell 4: Write a header such as test=",
        ),
        (answer() + '\n# %% test="one"\nx = 1\n', "'one' is graded and needs points"),
        (
            answer() + f'\n# %% test="one" points=1\n{HIDDEN}\n',
            "BEGIN HIDDEN TESTS belongs in every hidden-test",
        ),
        (
            answer() + '\n# %% hidden-test="one" points=1\nassert x\n',
            "BEGIN HIDDEN TESTS belongs in every hidden-test",
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
