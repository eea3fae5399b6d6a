"""The parts of the grading code, and which may know which."""

import pytest

from tests.imports import arrows, circle, crowded, imported, modules

FILES = {
    name: path
    for name, path in modules("grading").items()
    if ".mistakes." not in name  # students' wrong answers, not modules
}
#: Folders and single modules by layer, lowest first. An arrow goes to a lower layer, or
#: stays in its part; no part knows another of its layer.
LAYERS = [
    {"grading", "arguments", "progress"},  # the first only says where the project is
    {"course", "due_dates", "sandbox", "judge.protocol", "judge.room", "judge.source"}
    | {"engine.storage"},
    {"judge", "engine.intake", "engine.processes"},
    {"authoring.student_copy", "authoring.translation"},
    {"authoring", "late_work"},
    {"engine.notebooks", "engine.judging", "gradebook", "extensions", "site"},
    {"engine.results"},
    {"engine.pages"},
    {"gradescope"},
    {"engine"},
    {"__main__", "nbgrader_config"},
    {"demo"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
ARROWS = sorted(set(arrows(FILES)))


def part(module):
    """Name what stands in `LAYERS`: a folder, or a module beside the folders."""
    if module == "grading":
        return module
    path = FILES[module]
    folder = module if path.stem == "__init__" else module.rpartition(".")[0]
    return (module if folder == "grading" else folder).removeprefix("grading.")


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_module_has_a_place(name):
    assert part(name) in LEVEL, f"Add {part(name)} to LAYERS and docs/architecture.md."


def test_arrows_go_down():
    assert len(ARROWS) > 150
    for here, there in ARROWS:
        if part(here) != part(there):
            lower = LEVEL[part(there)] < LEVEL[part(here)]
            assert lower, f"{here} may not know {there}."


def test_no_circle():
    assert circle(FILES) == []


def test_no_folder_is_crowded():
    assert crowded(FILES) == []


@pytest.mark.parametrize("part", ["intake", "notebooks"])
def test_readers_of_files_know_no_judge_and_no_gradebook(part):
    """But for what makes the templates, which reads no student's file."""
    refused = ("grading.judge", "nbgrader", "nbformat", "pickle")
    for name, path in FILES.items():
        if name.startswith(f"grading.engine.{part}.") and "build_template" not in name:
            assert not [found for found in imported(path) if found.startswith(refused)]


def test_workers_know_no_course():
    for name, path in FILES.items():
        if name.startswith("grading.engine.judging."):
            refused = ("grading.course", "nbgrader")
            assert not [found for found in imported(path) if found.startswith(refused)]


def test_what_students_can_read_knows_no_answers():
    """A student's process can read the judge and the sandbox, no more of `grading`."""
    readable = ("grading.judge", "grading.sandbox")
    for here, there in ARROWS:
        if here.startswith(readable):
            assert there == "grading" or there.startswith(readable)
