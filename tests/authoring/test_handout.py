"""Students get what is committed, without answers and tests."""

import re
import subprocess
import zipfile

import nbformat
import pytest

import cs231n
from grading import ROOT
from grading.authoring import handout as module
from grading.authoring.build import FIRST_CELL
from grading.authoring.handout import HandoutError, handout, https


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project in git whose notebooks are what its sources build."""
    root = tmp_path / "project"
    for name in ("solutions/a.py", "assignments/hw1/a.ipynb", "README.md"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (root / ".gitattributes").write_text("/solutions export-ignore\n")
    (root / ".gitignore").write_text("*.md\n")
    for name, value in (("AUTHOR", "a"), ("COMMITTER", "a")):
        monkeypatch.setenv(f"GIT_{name}_NAME", value)
        monkeypatch.setenv(f"GIT_{name}_EMAIL", f"{value}@x.org")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--force", ".")
    git(root, "commit", "--quiet", "-m", "All")
    monkeypatch.setattr(module, "drift", lambda *folders: [])
    return root


def git(root, *arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.split()


OURS = ["AGENTS.md", "Makefile", "README.md", "jupyter/labconfig/page_config.json"]
GIVEN = sorted([".gitattributes", ".gitignore", "assignments/hw1/a.ipynb", *OURS])


def test_the_zip_has_what_is_committed(project, tmp_path):
    commit, files = handout(tmp_path / "w.zip", root=project)

    with zipfile.ZipFile(tmp_path / "w.zip") as archive:
        names = sorted(name for name in archive.namelist() if not name.endswith("/"))
    assert (names, files) == (GIVEN, 7)
    assert [commit] == git(project, "rev-parse", "--short", "HEAD")
    assert git(project, "status", "--porcelain") == []


def test_notebooks_can_be_reworded(project, tmp_path):
    handout(
        tmp_path / "w.zip",
        root=project,
        repository="",
        reworded=lambda name, text: f"{name}: {text.upper()}",
    )

    with zipfile.ZipFile(tmp_path / "w.zip") as archive:
        given = archive.read("assignments/hw1/a.ipynb")
    assert given == b"hw1/a: ASSIGNMENTS/HW1/A.IPYNB"


def test_a_branch_gets_a_commit_a_release(project):
    handout(branch="students", root=project)
    handout(branch="students", root=project)  # nothing new
    assert git(project, "ls-tree", "-r", "--name-only", "students") == GIVEN
    (project / "solutions/b.py").write_text("not for students")
    (project / ".gitignore").write_text("new")
    git(project, "add", "--force", ".")
    git(project, "commit", "--quiet", "-am", "More")
    handout(branch="students", root=project)

    assert len(git(project, "rev-list", "students")) == 2
    assert git(project, "show", "students:.gitignore") == ["new"]


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/me/course.git", "https://github.com/me/course"),
        ("git@github.com:me/course.git", "https://github.com/me/course"),
        ("ssh://git@gitlab.example.org/a/b/c", "https://gitlab.example.org/a/b/c"),
        ("https://user:secret@github.com/me/course/", "https://github.com/me/course"),
        ("../elsewhere", ""),
        ("/srv/course.git", ""),
        ("", ""),
    ],
)
def test_an_address_is_read_as_git_has_it(remote, address):
    assert https(remote) == address


@pytest.mark.parametrize("asked", [None, "https://github.com/us/course", ""])
def test_notebooks_get_the_address_of_their_home(project, tmp_path, asked):
    first = FIRST_CELL.read_text(encoding="utf-8")
    cells = [nbformat.v4.new_markdown_cell("# A\n\nText.")]
    cells.append(nbformat.v4.new_code_cell(first))
    path = project / "assignments/hw1/a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    git(project, "commit", "--quiet", "-am", "A notebook")
    git(project, "remote", "add", "origin", "git@github.com:me/course.git")
    handout(tmp_path / "w.zip", root=project, repository=asked)

    with zipfile.ZipFile(tmp_path / "w.zip") as archive:
        text = archive.read("assignments/hw1/a.ipynb").decode()
        readme = archive.read("README.md").decode()
    title, code = nbformat.reads(text, as_version=4).cells
    home = "" if asked == "" else asked or "https://github.com/me/course"
    wanted = f'"git+{home}@v{cs231n.__version__}"' if home else '""'
    assert f"\nPACKAGE = {wanted}\n" in code.source
    assert ("/course/blob/main/assignments/hw1/a.ipynb)" in title.source) == bool(home)
    place = (
        f"https://mybinder.org/v2/gh/{home.removeprefix('https://github.com/')}/main"
    )
    assert (f"({place}?urlpath=lab%2Ftree%2Fassignments)" in readme) == bool(home)
    assert ("mybinder" in readme) == bool(home)
    assert path.read_text(encoding="utf-8") != text or not home  # ours stays as it is
    assert [cell.id for cell in cells] == [title.id, code.id]


SUMS = f"""\
{"a" * 64}  cs231n_workbook-{cs231n.__version__}-cp312-cp312-manylinux_2_28_x86_64.whl
{"b" * 64} *cs231n_workbook-{cs231n.__version__}-cp312-cp312-manylinux_2_28_aarch64.whl
{"c" * 64}  cs231n_workbook-{cs231n.__version__}-cp312-cp312-win_amd64.whl
{"d" * 64} *cs231n_workbook-{cs231n.__version__}-py3-none-any.whl
{"e" * 64}  cs231n_workbook-{cs231n.__version__}.tar.gz
{"f" * 64}  cs231n_workbook-0.0.1-py3-none-any.whl
"""
HOME = "https://github.com/us/course"


@pytest.mark.parametrize("downloads", ["", "https://files.example.org/1/"])
def test_notebooks_name_the_wheels_of_the_release(project, tmp_path, downloads):
    cells = [nbformat.v4.new_markdown_cell("# A")]
    cells.append(nbformat.v4.new_code_cell(FIRST_CELL.read_text(encoding="utf-8")))
    path = project / "assignments/hw1/a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    git(project, "commit", "--quiet", "-am", "A notebook")
    sums = tmp_path / "SHA256SUMS"
    sums.write_text(SUMS)
    out = tmp_path / "w.zip"
    options = {"repository": HOME, "sums": sums, "downloads": downloads}
    handout(out, root=project, **options)

    with zipfile.ZipFile(out) as archive:
        text = archive.read("assignments/hw1/a.ipynb").decode()
    code = nbformat.reads(text, as_version=4).cells[1].source
    version = cs231n.__version__
    place = downloads or f"{HOME}/releases/download/v{version}/"
    name = f"{place}cs231n_workbook-{version}"
    assert f'\nPACKAGE = "cs231n-workbook=={version}"\n' in code
    assert (
        "\nWHEELS = [\n"
        f'    "{name}-cp312-cp312-manylinux_2_28_x86_64.whl#sha256={"a" * 64}",\n'
        f'    "{name}-py3-none-any.whl#sha256={"d" * 64}",\n]\n'
    ) in code
    compile(code, "first cell", "exec")


@pytest.mark.parametrize(
    ("text", "repository", "words"),
    [
        (SUMS, "", "add --repository"),
        ("", HOME, "it has no file"),
        (SUMS.replace(f"-{cs231n.__version__}-", "-9-"), HOME, "no wheel of version"),
        (SUMS.replace(".whl", ".whl.asc"), HOME, "no wheel of version"),
        (SUMS.replace("-cp", '"-cp').replace("-any", '-any"'), HOME, "no wheel of"),
        (None, HOME, "cannot be read"),
    ],
)
def test_a_wrong_list_of_wheels_is_a_sentence(
    project, tmp_path, text, repository, words
):
    sums = tmp_path / "SHA256SUMS"
    if text is not None:
        sums.write_text(text)

    with pytest.raises(HandoutError, match=words):
        handout(tmp_path / "w.zip", root=project, repository=repository, sums=sums)
    assert not (tmp_path / "w.zip").exists()


@pytest.mark.parametrize("line", ['PACKAGE = ""', "WHEELS = []"])
def test_a_first_cell_without_a_place_to_write_is_refused(line):
    first = FIRST_CELL.read_text(encoding="utf-8")
    assert f"\n{line}\n" in first
    cells = [nbformat.v4.new_markdown_cell("# A")]
    cells.append(nbformat.v4.new_code_cell(first.replace(line, f"{line}  # ours")))
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))

    with pytest.raises(HandoutError, match=f"no line `{re.escape(line)}`"):
        module.addressed(text, HOME, "main/a.ipynb", ["https://a.org/b.whl#sha256=0"])


@pytest.mark.parametrize("downloads", ["files", 'https://a.org/"]; exec("x")#', "a b"])
def test_what_is_no_address_goes_into_no_cell(project, tmp_path, downloads):
    sums = tmp_path / "SHA256SUMS"
    sums.write_text(SUMS)
    options = {"repository": HOME, "sums": sums, "downloads": downloads}

    with pytest.raises(HandoutError, match="is no address of files"):
        handout(tmp_path / "w.zip", root=project, **options)


def test_what_is_not_committed_is_refused(project, tmp_path):
    (project / "assignments/hw1/a.ipynb").write_text("released, not committed")

    with pytest.raises(HandoutError, match=r"(?s)not committed.*a\.ipynb.*Commit"):
        handout(tmp_path / "w.zip", root=project)
    assert not (tmp_path / "w.zip").exists()


def test_stale_notebooks_are_refused(project, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "drift", lambda *folders: ["hw1/a.ipynb"])

    with pytest.raises(HandoutError, match=r"hw1/a\.ipynb(.|\n)*make release"):
        handout(tmp_path / "w.zip", root=project)


def test_the_present_branch_and_a_bad_name_are_refused(project):
    with pytest.raises(HandoutError, match="name another one"):
        handout(branch="main", root=project)
    with pytest.raises(HandoutError, match="check-ref-format"):
        handout(branch="a..b", root=project)


def test_no_git_is_a_sentence(project, tmp_path, monkeypatch):
    monkeypatch.setattr(module.os, "environ", {"PATH": str(tmp_path)})

    with pytest.raises(HandoutError, match="There is no git here"):
        handout(tmp_path / "w.zip", root=project)


def test_a_students_copy_has_its_own_commands_and_rules(project, tmp_path):
    handout(tmp_path / "w.zip", root=project)
    with zipfile.ZipFile(tmp_path / "w.zip") as archive:
        makefile = archive.read("Makefile").decode()
        readme, rules = (archive.read(f"{n}.md").decode() for n in ("README", "AGENTS"))

    targets = re.findall(r"^([a-z]+):.*## ", makefile, re.M)
    assert targets == ["help", "lab", "check", "submit"]
    assert set(re.findall(r"\bmake ([a-z]+)", readme)) <= {*targets, "alone"}
    for name in re.findall(r"-m (cs231n\.\w+)", makefile + readme + rules):
        assert (ROOT / name.replace(".", "/") / "__main__.py").is_file()
    for link in re.findall(r"\]\(([^)]+)\)", readme):
        assert (ROOT / link).exists() or link == "AGENTS.md"


def test_lab_shows_students_no_panel_of_instructors(monkeypatch):
    config = pytest.importorskip("jupyterlab_server.config")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(module.COPY / "jupyter"))
    page = config.get_page_config([])

    off = page["disabledExtensions"]
    for panel in ("formgrader", "create-assignment", "course-list", "assignment-list"):
        assert f"@jupyter/nbgrader:{panel}" in off
    assert "@jupyter/nbgrader:validate-assignment" not in off
