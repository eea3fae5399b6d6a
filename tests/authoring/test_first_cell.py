"""What the first cell of a student's notebook says of the kernel it runs in."""

import sys
import types

import pytest

from grading.authoring.build import FIRST_CELL


def said(monkeypatch, capsys, version):
    """Run the first cell in a kernel of this version; return what it prints."""
    module = version and types.SimpleNamespace(
        version_info=version, __version__=".".join(map(str, version))
    )
    monkeypatch.setitem(sys.modules, "ipykernel", module)
    exec(FIRST_CELL.read_text(encoding="utf-8"), {"__name__": "__main__"})
    return capsys.readouterr().out


@pytest.mark.parametrize("minor", range(4))
def test_it_names_a_kernel_that_loses_cells_and_what_to_do(monkeypatch, capsys, minor):
    lines = said(monkeypatch, capsys, (7, minor, 0)).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"This kernel is ipykernel 7.{minor}.0, which now and")
    assert '%pip install "ipykernel>=7.4"' in lines[0]


@pytest.mark.parametrize(
    "version", [None, (6, 29, 5), (6, 30, 1), (7, 4, 0), (7, 10, 0), (8, 0, 0)]
)
def test_it_is_quiet_where_the_kernel_is_well(monkeypatch, capsys, version):
    assert said(monkeypatch, capsys, version) == ""
