"""What stands in two places says the same in both."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cs231n.kernels._numpy import pointwise

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS = PROJECT["optional-dependencies"]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    ["README.md", "Makefile", "environment.yml", ".github/workflows/ci.yml"],
)
def test_every_extra_that_is_asked_for_exists(name):
    asked = re.findall(r"(?<![\w\]])\.\[([\w,]+)\]", read(name))

    assert asked, f"{name} installs nothing"
    assert {extra for group in asked for extra in group.split(",")} <= set(EXTRAS)


def test_the_tested_versions_are_in_the_ranges():
    """``constraints.txt`` agrees with pyproject.toml, and names no index."""
    pins = [Requirement(line) for line in read("constraints.txt").splitlines()]
    assert all(re.fullmatch(r"==[^,*]+", str(pin.specifier)) for pin in pins)
    assert not [pin for pin in pins if pin.url]
    tested = {}
    for pin in pins:
        version = str(pin.specifier).removeprefix("==")
        tested.setdefault(canonicalize_name(pin.name), []).append(version)
    wanted = [*PROJECT["dependencies"]]
    for extra in set(EXTRAS) - {"torch"}:  # its build is chosen in the Makefile
        wanted += EXTRAS[extra]
    for requirement in map(Requirement, wanted):
        if requirement.name == PROJECT["name"]:
            continue
        versions = tested.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement.name} is missing: make lock"
        wrong = [one for one in versions if one not in requirement.specifier]
        assert not wrong, f"{requirement} does not allow {wrong}: make lock"


def test_every_dependency_has_its_reason():
    text = read("pyproject.toml")
    listed = PROJECT["dependencies"] + [d for deps in EXTRAS.values() for d in deps]
    for requirement in listed:
        if requirement.startswith(PROJECT["name"]):
            continue  # an extra that contains another
        line = next(line for line in text.splitlines() if f'"{requirement}"' in line)
        above = text.split(line)[0].rstrip().splitlines()[-1]
        assert "#" in line or above.startswith("#"), f"say why: {requirement}"


def test_students_install_only_the_six():
    names = {re.match(r"[\w-]+", line)[0] for line in PROJECT["dependencies"]}

    assert names == {
        "numpy",
        "matplotlib",
        "imageio",
        "pooch",
        "threadpoolctl",
        "tqdm",
    }


@pytest.mark.slow
def test_source_archive_holds_what_the_kernels_are_built_from(tmp_path):
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "cs231n", tmp_path / "cs231n", ignore=ignored)
    build = "from setuptools import build_meta; build_meta.build_sdist('dist')"

    subprocess.run(
        [sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True
    )

    (archive,) = (tmp_path / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    kernels = tmp_path / "cs231n" / "kernels"
    folders = (kernels / "bindings", kernels / "csrc")
    sources = [path for folder in folders for path in folder.iterdir()]
    sources += [kernels / "_core.pyx", kernels / "_core.pxd"]
    wanted = {path.relative_to(tmp_path).as_posix() for path in sources}
    assert wanted <= names
    assert {"setup.py", "cs231n/data/remote/registry.toml"} <= names


def test_both_kernels_of_gelu_have_the_same_numbers():
    """The C compiler folds them; a header made for it would be a second build step."""
    text = read("cs231n/kernels/csrc/pointwise.inc")
    defined = dict(
        re.findall(r"^#define (\w+) (?:\(\(REAL\))?([\d.]+)\)?$", text, re.M)
    )
    tables = re.findall(r"NAME\(tail_terms\)\[\] = \{(.*?)\};", text, re.S)
    double, single = (
        tuple(float(number.rstrip("f")) for number in re.findall(r"[^\s,]+", table))
        for table in tables
    )

    assert float(defined["GELU_SCALE"]) == pointwise.GELU_SCALE
    assert float(defined["GELU_CUBE"]) == pointwise.GELU_CUBE
    assert float(defined["NORMAL_LIMIT"]) == pointwise._NORMAL_LIMIT
    assert {8: double, 4: single} == pointwise._TAIL_TERMS


def test_conda_asks_only_for_what_pip_cannot_give():
    wanted = yaml.safe_load(read("environment.yml"))["dependencies"]
    conda = [item.partition("=")[0] for item in wanted if isinstance(item, str)]

    assert conda == ["python", "pip"]


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/instructors.md"],
)
def test_every_make_target_and_file_in_the_guides_exists(name):
    text = read(name)
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / name).parent / link).exists(), link


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize(("status", "made"), [(0, 0), (1, 0), (2, 2)])
def test_scores_that_lack_marks_are_no_error_of_make(tmp_path, status, made):
    """Make would end the table with a line that calls it an error.

    It is the table of ``grading export``, with its warnings.
    """
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\necho "$@"\nexit {status}\n')
    python.chmod(0o755)
    (tmp_path / ".grading").touch()
    done = subprocess.run(
        ["make", "--silent", f"VENV={tmp_path}", "BIN=$(VENV)/bin", "ARGS=", "scores"],
        cwd=ROOT,
        env={key: os.environ[key] for key in os.environ if "MAKE" not in key},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "-m grading export assignment1\n"
    assert done.returncode == made
    assert ("Error" in done.stderr) == (status == 2)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize("target", ["lint", "check", "test"])
def test_make_counts_the_steps_of_a_target(target):
    done = subprocess.run(
        ["make", "--dry-run", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    steps = re.findall(r"\[(\d+) of (\d+)\]", done.stdout)

    count = len(steps)
    assert count > 1
    assert steps == [(str(step), str(count)) for step in range(1, count + 1)]


@pytest.mark.slow
def test_a_wheel_tells_ipython_what_to_load(tmp_path):
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "cs231n", tmp_path / "cs231n", ignore=ignored)
    build = "from setuptools import build_meta; build_meta.build_wheel('dist')"

    subprocess.run(
        [sys.executable, "-c", build],
        cwd=tmp_path,
        env=os.environ | {"CS231N_PURE": "1"},
        check=True,
        capture_output=True,
    )

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    config = ".data/data/etc/ipython/ipython_kernel_config.json"
    assert any(name.endswith(config) for name in names)
    assert "cs231n/workbook/restarted.py" in names


@pytest.mark.skipif(os.name == "nt", reason="the workflow runs on Linux")
@pytest.mark.parametrize(
    ("answer", "status", "branch"),
    [
        ('echo "{}"', 0, "students"),
        ('echo "gh: Branch not found (HTTP 404)" >&2; exit 1', 0, "main"),
        ('echo "gh: Resource not accessible (HTTP 403)" >&2; exit 1', 1, None),
        ('echo "error connecting to api.github.com" >&2; exit 1', 1, None),
    ],
)
def test_the_site_takes_main_only_where_there_is_no_students_branch(
    tmp_path, answer, status, branch
):
    jobs = yaml.safe_load(read(".github/workflows/site.yml"))["jobs"]
    steps = [step.get("run", "") for step in jobs["build"]["steps"]]
    (step,) = [run for run in steps if "gh api" in run]
    for name, body in (("gh", answer), ("python", 'echo "$@" > built')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    built = tmp_path / "built"
    words = built.read_text().split() if built.exists() else ["--branch", None]
    assert words[words.index("--branch") + 1] == branch
    assert ("HTTP 403" in done.stderr) == ("HTTP 403" in answer)
