"""Notebooks in another language: what changes, what does not, what is counted."""

import ast
import copy
import re
import shutil

import nbformat
import polib
import pytest
from nbgrader.utils import compute_checksum, is_locked

from cs231n.check.__main__ import main as check
from grading import ROOT
from grading.authoring.build import source_notebook
from grading.authoring.release import release
from grading.authoring.translation.__main__ import main
from grading.authoring.translation.catalogue import (
    LOCALE,
    catalogue_path,
    rewording,
    translate,
    updated,
)
from grading.authoring.translation.messages import messages, translated
from grading.course import Course

NOTEBOOKS = sorted(ROOT.glob("assignments/*/*.ipynb"))


def read(name):
    return nbformat.read(ROOT / "assignments" / f"{name}.ipynb", as_version=4)


def without_strings(source):
    """A program with every string empty, which translation leaves as it was."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        if isinstance(node, ast.JoinedStr):
            node.values = [v for v in node.values if not isinstance(v, ast.Constant)]
    return ast.dump(tree)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_same_texts_give_the_same_notebook(path):
    notebook = nbformat.read(path, as_version=4)
    before = [cell.source for cell in notebook.cells]

    translated(notebook, lambda text: text)

    assert [cell.source for cell in notebook.cells] == before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_whatever_is_said_the_code_stays(path):
    notebook = nbformat.read(path, as_version=4)
    before = copy.deepcopy(notebook)

    translated(notebook, lambda text: f"{text} \"又'")

    for cell, old in zip(notebook.cells, before.cells, strict=True):
        assert cell.metadata == old.metadata
        if cell.cell_type == "code":
            try:
                expected = without_strings(old.source)
            except SyntaxError:
                continue
            assert without_strings(cell.source) == expected


def test_the_chinese_notebook_has_the_ids_and_points_of_the_english_one():
    english, chinese = read("assignment1/knn"), read("assignment1/knn")
    path = catalogue_path("zh_CN", "assignment1/knn")

    done, total = translate(chinese, polib.pofile(str(path)))

    assert done == total > 200
    for cell, old in zip(chinese.cells, english.cells, strict=True):
        assert cell.id == old.id
        flags, old_flags = (c.metadata.get("nbgrader", {}) for c in (cell, old))
        for key in ("grade_id", "points", "grade", "solution", "locked"):
            assert flags.get(key) == old_flags.get(key)
        if is_locked(cell) and "checksum" in flags:
            assert flags["checksum"] == compute_checksum(cell)
    assert [c.id for c in chinese.cells if 'LANGUAGE = "zh_CN"' in c.source] == [
        next(
            c.id
            for c in english.cells
            if "import expect" in c.source.replace("(\n    ", "")
        )
    ]


@pytest.mark.parametrize(
    ("source", "other", "written"),
    [
        (
            "f'{x} is one of {n!r:>3} words'",
            "{n!r:>3} 中的 {x}",
            'f"{n!r:>3} 中的 {x}"',
        ),
        ("f'the sum of {d[\"k\"]} it is'", "“{d['k']}” 的和", "f\"“{d['k']}” 的和\""),
        ("f'{x} is left out here'", "没有值", None),  # the value got lost
        ("f'{x} has {{braces}} and so on'", "{x} {{}}", 'f"{x} {{}}"'),
    ],
)
def test_a_text_with_values_keeps_them(source, other, written):
    cell = nbformat.v4.new_code_cell(f"print({source})", id="a")

    translated(nbformat.v4.new_notebook(cells=[cell]), lambda text: other)

    assert cell.source == f"print({written or source})"


@pytest.mark.slow
def test_a_wrong_answer_is_told_so_in_chinese(tmp_path, capsys):
    main(["--out", str(tmp_path)])
    path = tmp_path / "assignment1" / "knn.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.id == "knn-two-loops")
    body = (
        "dists = np.zeros((len(X), len(self.X_train)))\n"
        "    for i in range(len(X)):\n"
        "        for j in range(len(self.X_train)):\n"
        "            dists[i, j] = ((X[i] - self.X_train[j]) ** 2).sum()\n"
        "    return dists"
    )
    answer.source = answer.source.replace(
        'raise NotImplementedError("knn-two-loops: not written yet.")', body
    )
    nbformat.write(notebook, path)
    capsys.readouterr()

    assert check([str(path), "knn-two-loops"]) == 1

    said = capsys.readouterr().out
    assert re.search(r"dists\[\d, \d\] 应为 \d+；得到的是 \d+（\d 个元素中有", said)
    assert "这是距离的平方：请开方。" in said


def test_changed_text_falls_back_to_english_and_is_counted(tmp_path):
    cells = [nbformat.v4.new_markdown_cell("# One\n\nOld text here.", id="a")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    path = tmp_path / "zh_CN" / "assignment1" / "x.po"
    path.parent.mkdir(parents=True)
    catalogue = updated(messages(notebook), path)
    for entry in catalogue:
        entry.msgstr = f"译 {entry.msgid}"
    catalogue.save(str(path))
    notebook.cells[0].source = "# One\n\nNew text here."

    new = updated(messages(notebook), path)
    done, total = translate(notebook, new)

    assert (done, total) == (1, 2)
    assert notebook.cells[0].source == "# 译 One\n\nNew text here."
    assert [entry.msgid for entry in new.obsolete_entries()] == ["Old text here."]


def test_what_a_student_writes_and_what_marks_it_are_no_messages():
    texts = [text for _, text in messages(read("assignment1/knn"))]

    assert not [text for text in texts if "not written yet" in text]
    assert not [text for text in texts if "Write your answer to" in text]


def test_the_catalogues_are_up_to_date(capsys):
    assert list(LOCALE.glob("*/*/*.po"))
    assert main(["--check"]) == 0
    assert "zh_CN assignment1/knn: " in capsys.readouterr().out


def test_a_handout_can_be_in_another_language(capsys):
    text = (ROOT / "assignments/assignment1/knn.ipynb").read_text(encoding="utf-8")
    reworded = rewording("zh_CN")

    chinese = nbformat.reads(reworded("assignment1/knn", text), as_version=4)

    assert chinese.cells[0].source.startswith("# k 近邻")
    answer = next(cell for cell in chinese.cells if cell.id == "knn-two-loops")
    assert "# 在这里写下你的答案，替换下一行。\n" in answer.source
    assert "zh_CN assignment1/knn: " in capsys.readouterr().out
    assert reworded("assignment1/none", text) == text


@pytest.mark.slow
def test_the_graders_tests_can_speak_it_beside_english_notebooks(tmp_path, capsys):
    solutions, course = tmp_path / "solutions", Course(tmp_path / "course")
    (solutions / "assignment1").mkdir(parents=True)
    script = ROOT / "solutions" / "assignment1" / "knn.py"
    shutil.copy(script, solutions / "assignment1")

    release(course, solutions=solutions, database=False, language="zh_CN")

    path = "assignment1/knn.ipynb"
    source = nbformat.read(course.source / path, as_version=4)
    english = source_notebook(script)
    handed_out = nbformat.read(course.released / path, as_version=4).cells
    assert handed_out == read("assignment1/knn").cells
    assert [cell.id for cell in source.cells] == [cell.id for cell in english.cells]
    test = next(cell for cell in source.cells if cell.id == "test-knn-two-loops")
    assert "这是距离的平方：请开方。" in test.source
    assert "zh_CN assignment1/knn: " in capsys.readouterr().out
    with pytest.raises(ValueError, match="no catalogues in 'xx'"):
        release(course, solutions=solutions, database=False, language="xx")


def test_a_language_without_catalogues_is_a_sentence():
    with pytest.raises(ValueError, match=r"no catalogues in 'xx'; .* in zh_CN\."):
        rewording("xx")


def test_an_unknown_notebook_is_a_sentence(capsys):
    assert main(["--new", "assignment1/nothing", "--check"]) == 2
    assert "There is no notebook 'assignment1/nothing'" in capsys.readouterr().err
