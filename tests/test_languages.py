"""What the package says, in the language of the notebook that runs."""

import re
import string
import sys
import types

import numpy as np
import polib
import pytest
from matplotlib import font_manager, rc_context
from matplotlib.text import Text

from cs231n import drawings
from cs231n.languages import families, label, letters, say, sentences, speaking
from cs231n.testing import (
    WrongAnswer,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    passed,
    pictures,
    unchanged,
)
from cs231n.testing.words import kind
from cs231n.workbook.meanings import meaning_of
from grading.authoring.translation.package import catalogue_of_package, said

RIGHT = np.array([[0.5, 1.25, -3.0], [2.0, -0.75, 4.5]])


@pytest.fixture
def notebook(monkeypatch):
    """The names of a notebook in Chinese."""
    names = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", names)
    names.LANGUAGE = "zh_CN"
    return names


def message(got, **options):
    with pytest.raises(WrongAnswer) as raised:
        expect_close(got, RIGHT, "dists", **options)
    return str(raised.value)


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (RIGHT.sum(axis=1), "dists 的形状应为 (2, 3)；得到的是 (2,)。看轴。"),
        (RIGHT.T, "dists 的形状应为 (2, 3)；得到的是 (3, 2)。结果被转置了"),
        (None, "dists 是 None：答案结束时没有 `return`，或者返回了 None。"),
        (["a", None], "dists 应为 实数数组；得到的是 含 2 个值的列表，其中有 None。"),
        (
            np.where(RIGHT > 2, np.nan, RIGHT),
            "dists[1, 2] 应为 4.5；得到的是 nan（6 个元素中有 1 个不同）。6 个元素"
            "中有 1 个是 NaN，第一个在 [1, 2]：请找 0 / 0、inf - inf，或对负数开方",
        ),
        (-RIGHT, "每个元素除符号外都正确。"),
        (RIGHT / 2, "每个元素是应有值的 1/2 倍。"),
    ],
)
def test_a_wrong_answer_is_explained_in_chinese(notebook, got, sentence):
    found = message(got, hint="看轴。")

    assert sentence in found.replace("。 ", "。")
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", found)


def test_rules_effects_and_meanings_speak_chinese_too(notebook, capsys):
    X = np.ones(3)
    with (
        pytest.raises(WrongAnswer, match=r"^答案改动了它的输入 X。"),
        unchanged(X=X),
    ):
        X += 1
    with pytest.raises(
        WrongAnswer, match=r"^looping 应当没有循环；它的源代码里有 \d 个。"
    ):
        expect_source(looping, loops=0)
    with pytest.raises(WrongAnswer, match=r"^应返回 \(a, b\)；得到的是 单独的形状"):
        expect_tuple(X, "a", "b")
    with pytest.raises(WrongAnswer, match=r"^X 应为 含 1 个整数的列表, 1；"):
        expect_equal([2], [1], "X")
    assert meaning_of(ValueError("could not be broadcast")).startswith(
        "形状从最后一个轴"
    )
    passed("knn", "手算", 1, 2)
    assert capsys.readouterr().out == "✓ knn: 1 分（共 2 分） (手算)\n"


def looping(x):
    return [each for each in x]


@pytest.mark.parametrize(
    "value", [[], {}, [1], {"a": 1}, [True], (1, 2.5), 3, np.eye(2)]
)
def test_a_value_is_named_in_chinese(notebook, value):
    assert not re.search("[a-z]", kind(value))


@pytest.mark.parametrize("language", ["xx", "../zh_CN", "", None, ["zh_CN"]])
def test_what_is_no_language_of_ours_is_english(notebook, language):
    notebook.LANGUAGE = language

    assert message(-RIGHT).endswith("Every entry is right but for the sign.")


@pytest.mark.parametrize(
    ("there", "font"),
    [
        (["DejaVu Sans", "SimHei", "Noto Sans CJK JP"], "SimHei"),
        (["DejaVu Sans"], ""),
    ],
)
def test_the_best_font_that_is_installed_draws_the_letters(monkeypatch, there, font):
    monkeypatch.setattr(font_manager, "get_font_names", lambda: there)

    assert letters._font.__wrapped__("zh_CN") == font
    assert letters._font.__wrapped__("") == ""


def test_words_of_a_picture_stay_english_where_its_fonts_lack_them(
    notebook, monkeypatch
):
    monkeypatch.setattr(letters, "_font", {"zh_CN": "DejaVu Sans Mono"}.get)

    assert label("round {i}", i=2) == "round 2"
    with rc_context({"font.family": families()}):
        assert label("round {i}", i=2) == "第 2 轮"
        assert letters.drawable("µ − 1", "") == "µ − 1"


def test_without_a_font_a_picture_has_english_letters_and_no_warning(
    notebook, monkeypatch, recwarn, caplog
):
    monkeypatch.setattr(letters, "_font", lambda language: "")
    texts = []
    for figure in (drawings.folds(), drawings.vote_circle(), wrong_array()):
        figure.canvas.draw()
        texts += [text.get_text() for text in figure.findobj(Text)]

    assert {"held out", "yours", "dists"} <= set(texts)
    assert not re.search("[\u4e00-\u9fff]", "".join(texts))
    assert (list(recwarn), caplog.records) == ([], [])


@pytest.mark.font
def test_with_a_font_it_has_chinese_letters_and_no_warning(notebook, recwarn, caplog):
    if not letters._font("zh_CN"):
        pytest.skip("no font with Chinese letters is installed")
    with rc_context({"font.family": families()}):
        figure = drawings.folds()
    for drawn in (figure, wrong_array()):
        drawn.canvas.draw()

    words = [text.get_text() for text in figure.findobj(Text)]
    assert words.count("留出") == 5
    assert (list(recwarn), caplog.records) == ([], [])


def wrong_array():
    got = np.where(np.arange(42).reshape(6, 7) == 9, 0.0, 1.0)
    wrong = pictures.Wrong("dists（三张图像）", got, np.ones((6, 7)), got != 1)
    return pictures._figure(pictures._part(wrong))


def test_a_language_can_be_spoken_for_a_while():
    with speaking("zh_CN"):
        assert say("distance") == "距离"
        with speaking(""):
            assert say("distance") == "distance"
    assert say("distance") == "distance"
    assert not hasattr(sys.modules["__main__"], sentences.NAME)


def test_without_a_language_templates_are_said_as_they_are():
    assert not hasattr(sys.modules["__main__"], sentences.NAME)
    assert say("{b} of {a:.2f}", a=1, b="x") == "x of 1.00"


def test_a_fuzzy_or_empty_entry_stays_english(notebook, tmp_path, monkeypatch):
    path = tmp_path / "yy" / sentences.CATALOGUE
    path.parent.mkdir(parents=True)
    catalogue = polib.POFile()
    for text, other, flags in (
        ("one {x}", "{x} eins", []),
        ("two", "zwei", ["fuzzy"]),
        ("three", "", []),
        ('a "long" text of\nlines ' * 9, "lang", []),
    ):
        catalogue.append(polib.POEntry(msgid=text, msgstr=other, flags=flags))
    catalogue.save(str(path))
    monkeypatch.setattr(sentences, "LOCALE", tmp_path)
    notebook.LANGUAGE = "yy"

    assert say("one {x}", x=1) == "1 eins"
    assert (say("two"), say("three")) == ("two", "three")
    assert say('a "long" text of\nlines ' * 9) == "lang"


def test_a_translation_has_the_fields_of_its_text():
    catalogue = polib.pofile(str(catalogue_of_package("zh_CN")))
    fields = string.Formatter().parse
    assert len(catalogue.translated_entries()) > 150
    for entry in catalogue.translated_entries():
        here, there = (
            sorted(
                (name, form) for _, name, form, _ in fields(text) if name is not None
            )
            for text in (entry.msgid, entry.msgstr)
        )
        assert here == there, entry.msgid


def test_what_is_said_by_a_variable_is_listed_too():
    texts = {text for _, text in said()}

    assert {"row", "an array", "{name} is None.", "Missing: {names}."} <= texts
    assert "{name} should have shape {shape}; got {came}." in texts
    assert "Tensor" not in texts
