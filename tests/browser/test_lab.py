"""A student's way: a notebook opens, cells run, Validate answers, the zip is there."""

import json
import shutil
import sys
import zipfile

import nbformat
import pytest

from grading import ROOT
from tests.browser.serving import screenshot, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: Without it Lab asks which kernel to take.
KERNEL = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that serves a copy of the assignments."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "assignments", folder / "assignments")
    alone = nbformat.read(folder / "assignments/assignment1/two_layer_net.ipynb", 4)
    alone.metadata.cs231n.notebooks = ["two_layer_net"]  # what is handed in, in seconds
    for name in ("lab", "notebooks"):
        (folder / "assignments" / name).mkdir()
        nbformat.write(alone, folder / "assignments" / name / "two_layer_net.ipynb")
    cells = [
        nbformat.v4.new_markdown_cell("# Play"),
        nbformat.v4.new_code_cell(
            "from cs231n.demos import linear_demo\nlinear_demo()"
        ),
    ]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL),
        folder / "assignments" / "play.ipynb",
    )
    options = {
        "ServerApp.root_dir": folder / "assignments",
        "IdentityProvider.token": "student",
        "LabApp.expose_app_in_browser": True,
        "JupyterNotebookApp.expose_app_in_browser": True,
        "LabApp.news_url": "",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with served(command, folder) as address:
        yield address


#: Whether the kernel of the open notebook waits for something to run.
IDLE = (
    "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
    "?.status === 'idle'"
)


def open_and_run(lab, page, notebook, heading):
    """Open a notebook and run all its cells; it stops at the first open exercise."""
    page.goto(f"{lab}/lab/tree/{notebook}?token=student")
    page.get_by_role("heading", name=heading).wait_for()
    page.wait_for_function(IDLE)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")


def test_a_student_opens_runs_and_validates(lab, page):
    open_and_run(lab, page, "assignment1/knn.ipynb", "k-nearest neighbours")

    # The picture of the data, then the first test, which names the open exercise.
    page.locator(".jp-OutputArea img").first.wait_for()
    error = page.get_by_text("NotImplementedError: knn-two-loops: not written yet.")
    error.first.wait_for(state="attached")
    error.first.scroll_into_view_if_needed()
    screenshot(page, "lab")

    page.get_by_role("button", name="Validate").first.click()
    dialog = page.locator(".nbgrader-ValidateDialog, .jp-Dialog").filter(
        has_text="not written yet"
    )
    dialog.first.wait_for(timeout=240_000)
    screenshot(page, "validate")


def test_a_demo_answers_when_a_slider_moves(lab, page):
    # In `svm` it stands behind exercises, where a run of all cells does not come.
    open_and_run(lab, page, "play.ipynb", "Play")

    loss = page.locator(".widget-hslider").filter(has_text="loss")
    loss.get_by_text("hinge").wait_for(state="attached", timeout=240_000)
    picture = page.locator(".jupyter-widgets img").first
    before = picture.get_attribute("src")
    loss.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")

    loss.get_by_text("softmax").wait_for(state="attached")
    page.wait_for_function(
        "before => document.querySelector('.jupyter-widgets img')?.src !== before",
        arg=before,
    )
    screenshot(page, "demo")


#: Functions for the page: cells are found by what nbgrader calls them.
CELLS = """
window.notebook = () => window.jupyterapp.shell.currentWidget.content
window.cell = (name) => notebook().widgets.findIndex(
    (w) => w.model.getMetadata('nbgrader')?.grade_id === name)
window.run = async (index, source) => {
    if (source) notebook().widgets[index].model.sharedModel.setSource(source)
    notebook().activeCellIndex = index
    notebook().deselectAll()
    await window.jupyterapp.commands.execute('notebook:run-cell')
    return notebook().widgets[index].outputArea?.node.innerText ?? ''
}
window.setUp = async () => {
    for (const [index, widget] of notebook().widgets.entries())
        if (widget.model.getMetadata('tags')?.includes('setup'))
            await run(index)
}
null  // Playwright calls a function that comes last
"""
STUB = """def relu_backward(dout, cache):
    x = cache
    {body}
    return dx
"""


@pytest.mark.parametrize("frontend", ["lab/tree", "notebooks"])
def test_a_student_answers_wrongly_then_rightly_and_hands_in(lab, page, frontend):
    name = frontend.partition("/")[0]
    page.goto(f"{lab}/{frontend}/{name}/two_layer_net.ipynb?token=student")
    page.get_by_role("heading", name="A two-layer network").wait_for()
    page.wait_for_function(IDLE)
    page.evaluate(CELLS)

    def answer(body, *tests):
        source = STUB.format(body=body)
        page.evaluate("source => run(cell('net-relu-backward'), source)", source)
        said = [page.evaluate("name => run(cell(name))", test) for test in tests]
        return " ".join(" ".join(said).split())

    first = "test-net-relu-backward"
    said = page.evaluate(f"run(cell('{first}'))")
    assert "Run the cells above first" in " ".join(said.split()), said
    page.evaluate("setUp()")
    said = answer("dx = dout * (dout > 0)", first)
    assert "The sign of x decides what passes, not the sign of dout." in said
    assert "What this means: An array" in answer("dx = dout if x > 0 else 0", first)
    said = answer("dx = dout * (x > 0", first)
    assert "its cell has a syntax error" in said
    assert "live.py" not in said
    screenshot(page, f"{name}-wrong")
    said = answer("dx = dout * (x > 0)", first, f"{first}-shapes")
    assert "\N{CHECK MARK} net-relu-backward: 2 of 2 points" in said
    progress = page.evaluate("run(notebook().widgets.length - 1)")
    assert "2 of 28 points by tests" in " ".join(progress.split())
    screenshot(page, f"{name}-progress")

    assert hand_in(page, name) == {"two_layer_net.ipynb": "dx = dout * (x > 0)"}
    screenshot(page, f"{name}-handed-in")


def hand_in(page, name):
    """Save, have the last cell write the zip, and download it; return what is in it."""
    source = "from cs231n import notebook\\nnotebook.submit()"
    last = f"run(notebook().widgets.length - 1, '{source}')"
    unsaved = page.evaluate(last)
    assert "Save the notebook first: net-relu-backward" in " ".join(unsaved.split())
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    said = " ".join(page.evaluate(last).split())
    assert "2 of 28 points by tests." in said, said
    assert f"{name}.zip: 1 notebook." in said, said
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("link", name=f"{name}.zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
        answers = [json.loads(archive.read(name))["cells"] for name in names]
    return {
        name: "".join(cell["source"]).splitlines()[2].strip()
        for name, cells in zip(names, answers, strict=True)
        for cell in cells
        if cell["id"] == "net-relu-backward"
    }
