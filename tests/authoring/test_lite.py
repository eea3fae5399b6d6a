"""The site of JupyterLite: what is in it, and that a browser opens it."""

import functools
import http.server
import threading
import zipfile

import nbformat
import pytest

from grading.authoring import lite
from tests.chromium import window


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lite") / "site"
    return folder, lite.build(folder, {"zh_CN": lite.ROOT / "assignments"})


def test_only_what_needs_no_torch_is_copied(tmp_path):
    names = lite.write_contents(tmp_path)

    assert {"assignment1/knn", "assignment3/gan"} <= set(names)
    assert "assignment2/pytorch" not in names
    assert len(list(tmp_path.glob("*/*.ipynb"))) == len(names)


def test_the_first_cell_fetches_the_package_and_all_else_is_as_released(tmp_path):
    lite.write_contents(tmp_path)
    name = "assignment1/knn.ipynb"

    copy = nbformat.read(tmp_path / name, as_version=4)
    released = nbformat.read(lite.ROOT / "assignments" / name, as_version=4)

    assert "piplite.install" in copy.cells[1].source
    assert copy.cells[1].metadata == released.cells[1].metadata
    del copy.cells[1], released.cells[1]
    assert copy.cells == released.cells


def test_without_jupyterlite_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(lite, "TOOLS", ("jupyterlite_core_is_not_here",))

    with pytest.raises(lite.LiteError, match=r"pip install -e '\.\[lite\]'"):
        lite.build(tmp_path / "site")


@pytest.mark.slow
def test_other_languages_have_a_folder(site):
    for folder in ("files", "files/zh_CN"):
        assert (site[0] / folder / "assignment1" / "knn.ipynb").exists()


@pytest.mark.slow
def test_the_wheel_of_the_site_is_pure_and_whole(site):
    (wheel,) = (site[0] / "pypi").glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert not [name for name in names if name.endswith((".so", ".pyd", ".c", ".pyx"))]
    package = lite.ROOT / "cs231n"
    for path in package.rglob("*.py"):
        assert path.relative_to(package.parent).as_posix() in names
    assert {
        "cs231n/data/drawn/shapenet.npz",
        "cs231n/data/remote/registry.toml",
    } <= names


@pytest.mark.slow
def test_the_site_has_the_kernel_and_no_instructor(site):
    extensions = site[0] / "extensions"

    assert {path.name for path in extensions.iterdir()} == {
        "@jupyter-widgets",
        "@jupyterlite",
    }
    assert (site[0] / "files" / "assignment1" / "knn.ipynb").exists()


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_opens_a_notebook_of_the_site(site):
    """As far as this machine goes: the kernel itself comes from Pyodide's home."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Quiet, directory=str(site[0]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with window() as page:
            page.set_default_timeout(300_000)
            port = server.server_address[1]
            page.goto(
                f"http://127.0.0.1:{port}/lab/index.html?path=assignment1/knn.ipynb"
            )
            page.get_by_role("heading", name="k-nearest neighbours").first.wait_for()
            page.get_by_text("it fetches the course package").first.wait_for()
        server.shutdown()
