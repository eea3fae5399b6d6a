"""Pages show everything and run nothing."""

import html.parser
import re
from dataclasses import replace

import pytest

from grading.__main__ import main
from grading.engine.notebooks.fingerprints import packed, prints, unpacked
from grading.engine.pages import html as pages
from grading.engine.pages.exercises import exercises, purpose
from grading.engine.pages.feedback import feedback_page, write_feedback
from grading.engine.pages.overview import Overview
from grading.engine.pages.report import write_report
from grading.engine.pages.side_by_side import both_sides
from grading.engine.pages.similarity import pairs
from grading.engine.pages.statistics import alike, notebook_statistics
from grading.engine.results.journal import Journal
from tests.engine.conftest import grade
from tests.engine.small_course import RIGHT, answered, hand_in_right

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/beacon.png)",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example>",
    "<form action=https://evil.example><button>x</button></form>",
    "</pre></div><script>alert(1)</script>",
    "<object data=data:text/html,x></object><embed src=x>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<details open ontoggle=alert(1)>",
    "<div style='position:fixed;inset:0'>Score: 100</div>",
    "{{ 7*7 }} {% raw %}",
    "\x1b[31mred\x1b[0m \u202egnp",
    "`" * 5000 + "[" * 5000 + "*" * 5000 + ">" * 3000,
]
#: All that our own pages use.
FRAME = {"html", "head", "meta", "title", "style", "body", "main", "header", "section"}
INSIDE = {"div", "span", "b", "a", "details", "summary", "svg", "rect", "text"}
ALLOWED = FRAME | INSIDE | pages.TAGS


class Reader(html.parser.HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.metas = set(), [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes
        if tag == "meta":
            self.metas.append(dict(attributes))


def assert_harmless(text):
    reader = Reader()
    reader.feed(text)
    assert reader.tags <= ALLOWED
    for name, value in reader.attributes:
        assert not name.startswith("on")
        assert name not in ("style", "src", "srcdoc", "action", "background")
        if name == "href":
            assert re.fullmatch(r"(index|pair-\d+)\.html", value)
    policies = [m["content"] for m in reader.metas if "http-equiv" in m]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'; style-src 'sha256-")
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.fixture
def graded(course):
    """A small graded class with every payload in every place."""
    hand_in_right(course, "ada")
    for number, payload in enumerate(PAYLOADS):
        source = f"def double(x):\n    raise ValueError({payload!r})  # {payload!r}"
        notebook = answered(
            course, "numbers", RIGHT | {"double": source, "q-why": payload}
        )
        hand_in_right(course, f"s{number:02d}", numbers=notebook)
    folder = hand_in_right(course, "<script>alert(1)<")
    folder.parent.rename(folder.parents[1] / "amp & 'quote'")
    grade(course)
    return Overview(course, "hw1")


def test_no_page_runs_anything(graded):
    course = graded.course
    write_feedback(course, graded)
    write_report(course, graded)
    found = [*course.feedback.rglob("*.html"), *course.report.rglob("*.html")]

    assert len(found) >= 2 * (len(PAYLOADS) + 2) + 1
    for path in found:
        assert_harmless(path.read_text(encoding="utf-8"))


def test_processes_write_the_same_pages(graded, monkeypatch):
    def written():
        assert write_feedback(graded.course, graded, jobs=2) == len(graded.rows)
        pages = sorted(graded.course.feedback.rglob("*.html"))
        return [(path, path.read_bytes()) for path in pages]

    alone = written()
    monkeypatch.setattr("grading.engine.pages.feedback.SMALL", 1)
    assert written() == alone


def test_a_students_name_is_text(graded):
    row = next(row for row in graded.rows if row.student == "ada")
    text = feedback_page(graded, replace(row, student="<img src=x onerror=y>"))

    assert_harmless(text)
    assert "&lt;img src=x onerror=y&gt;" in text


def test_the_policy_fits_the_style(graded):
    import base64
    import hashlib

    text = feedback_page(graded, graded.rows[0])
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"sha256-{digest}" in text.replace("&#43;", "+").replace("&#34;", '"')


def test_feedback_shows_outcomes_and_no_hidden_test(graded):
    rows = {row.student: row for row in graded.rows if row.notebook == "numbers"}
    text = feedback_page(graded, rows["s00"])

    assert "A number you can check by hand." in text
    assert "The grader also tries negative numbers." in text
    assert "The grader&#39;s own check did not pass." in text
    assert "-31337" not in text
    assert "secret detail" not in text
    assert "ValueError: &lt;script&gt;" in text


def test_messages_of_hidden_tests_are_not_shown(graded):
    row = next(row for row in graded.rows if row.student == "ada")
    outcomes = tuple(
        replace(one, status="failed", score=0.0, message="expected -62674", output="41")
        for one in row.verdict.outcomes
    )
    text = feedback_page(
        graded, replace(row, verdict=replace(row.verdict, outcomes=outcomes))
    )

    assert text.count("expected -62674") == len(row.verdict.outcomes) - 1


def test_a_huge_output_is_cut(graded):
    row = next(row for row in graded.rows if row.student == "ada")
    outcomes = tuple(
        replace(one, output="x" * 30_000_000) for one in row.verdict.outcomes
    )
    text = feedback_page(
        graded, replace(row, verdict=replace(row.verdict, outcomes=outcomes))
    )

    assert len(text) < 200_000


def test_the_report_counts_the_class(graded):
    rows = [row for row in graded.rows if row.notebook == "numbers"]
    found = notebook_statistics(graded.templates["numbers"], rows)
    tests = {test.name: test for part in found.exercises for test in part.tests}

    assert sum(found.histogram) == len(rows) == len(PAYLOADS) + 2
    assert tests["test-double"].passed == 2
    assert tests["test-double"].failed == len(PAYLOADS)
    assert tests["test-total"].passed == len(rows)
    assert tests["test-double"].seconds[0] > 0


def _verdict(row, ends):
    """Give a row other outcomes: (status, score, message, seconds) of each test."""
    outcomes = tuple(
        replace(one, status=status, score=score, message=message)
        for one, (status, score, message, _) in zip(
            row.verdict.outcomes, ends, strict=True
        )
    )
    seconds = {one.name: end[3] for one, end in zip(outcomes, ends, strict=True)}
    return replace(
        row, verdict=replace(row.verdict, outcomes=outcomes), seconds=seconds
    )


def test_an_exercise_is_counted_by_student(graded):
    row = next(row for row in graded.rows if row.notebook == "numbers")
    names = [one.name for one in row.verdict.outcomes]
    order = ("test-double", "test-double-hidden", "test-total")
    ends = {
        "ada": [("passed", 2, "", 1), ("passed", 1, "", 2), ("passed", 3, "", 9)],
        "ben": [("failed", 0, "off", 3), ("failed", 0, "off", 4), ("passed", 3, "", 9)],
        "cyd": [
            ("partial", 1, "off", 5),
            ("timeout", 0, "slow", 6),
            ("failed", 0, "x", 9),
        ],
    }
    rows = [
        _verdict(row, [dict(zip(order, mine, strict=True))[name] for name in names])
        for mine in ends.values()
    ]
    double, total = notebook_statistics(graded.templates["numbers"], rows).exercises

    assert (double.exercise.name, double.points) == ("double", 3)
    assert (double.mean, double.median) == (pytest.approx(4 / 3), 1)
    assert double.histogram == (1, 0, 0, 1, 0, 0, 0, 0, 0, 1)  # 0, 1 and 3 of 3
    assert double.seconds == (7, 11, 11)  # of 3, 7 and 11 for both tests together
    assert double.messages == ((2, "off"), (1, "slow"))  # ben's is counted once
    assert total.messages == ((1, "x"),)


def test_who_was_read_before_fingerprints_is_said(graded, capsys, monkeypatch):
    arguments = ["--course", str(graded.course.root), "report", "hw1"]
    assert main(arguments) == 0
    assert "older version" not in capsys.readouterr().out
    kept = Journal.reading
    monkeypatch.setattr(
        Journal,
        "reading",
        lambda *one: {name: pair[:2] for name, pair in (kept(*one) or {}).items()},
    )
    assert main(arguments) == 0
    assert "notebooks were read by an older version" in capsys.readouterr().out


def test_a_class_of_nobody_has_no_statistics(graded):
    double, _ = notebook_statistics(graded.templates["numbers"], []).exercises
    assert (double.mean, double.seconds, double.messages) == (0, None, ())


def test_the_report_has_a_line_for_each_exercise(graded, tmp_path):
    text = write_report(graded.course, graded).read_text(encoding="utf-8")
    assert text.count('<tr class="exercise">') == 3
    assert text.count('aria-label="Distribution of points"') == 5
    assert "1. Double a number, with one multiplication and nothing else" in text


def test_messages_that_differ_in_numbers_are_one():
    first = "WrongAnswer: dists[0, 2] should be 1.5; got 2.25 (3 of 6 entries differ)."
    second = "WrongAnswer: dists[1, 1] should be 0.1; got 7.0 (1 of 6 entries differ)."

    assert alike(first) == alike(second) == "WrongAnswer: dists[…] should be …; got …."


def test_exercises_have_titles_and_tests(template):
    found = exercises(template["numbers"])

    assert [part.name for part in found] == ["double", "q-why", "total"]
    assert (
        found[0].title == "1. Double a number, with one multiplication and nothing else"
    )
    assert found[1].title == "Question"
    assert [slot.name for slot in found[0].tests] == [
        "test-double",
        "test-double-hidden",
    ]
    assert found[0].points == 3
    assert purpose(found[0].tests[0]) == "a number you can check by hand."
    untitled = replace(found[0].tests[0], released="# @title Test\n# Other numbers.")
    assert purpose(untitled) == "Other numbers."


def test_markdown_keeps_its_shape_and_nothing_else():
    text = pages.markdown("**bold** and `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |")

    assert "<strong>bold</strong>" in text
    assert "<td>1</td>" in text


# -- similar answers ------------------------------------------------------------------

LOOPS = """
def count(items, limit={n}):
    '''Count what is large.'''
    found = {{}}
    for place, item in enumerate(items):
        if item > limit and place % 2 == 0:
            found.setdefault(item, []).append(place)
    return sorted(found, key=lambda item: -len(found[item]))
"""
RENAMED = """
def count(values, threshold={n}):
    # all my own work
    table = {{}}
    for i, v in enumerate(values):
        if v > threshold and i % 2 == 0:
            table.setdefault(v, []).append(i)

    return sorted(table, key=lambda v: -len(table[v]))
"""
OTHERS = [
    "def count(x):\n    return sum(i > {n} for i in x) ** 2 + len(set(x))",
    "def count(x):\n  y = 0\n  while x:\n    y += x.pop() > {n}\n  return [y]",
    "import numpy as np\ndef count(x):\n  return np.sum(np.asarray(x) > {n}, axis=0)",
]


def test_renamed_copies_are_found_and_the_rest_is_not():
    answers = {f"s{n}": OTHERS[n % 3].format(n=n) for n in range(30)}
    answers |= {"ada": LOOPS.format(n=5), "eve": RENAMED.format(n=5)}
    found = pairs({student: prints(text) for student, text in answers.items()})

    assert [(pair.first, pair.second) for pair in found] == [("ada", "eve")]
    assert found[0].share > 0.9


def test_what_everybody_was_given_is_no_similarity():
    taken = {"ada": prints(LOOPS.format(n=5)), "eve": prints(RENAMED.format(n=5))}

    assert pairs(taken, given=prints(LOOPS.format(n=5))) == []
    assert pairs({}) == []


def test_fingerprints_ignore_names_comments_and_docstrings():
    assert prints(LOOPS.format(n=5)) == prints(RENAMED.format(n=5))
    assert prints("def (") == frozenset()


def test_fingerprints_are_kept_in_a_line():
    both = prints(LOOPS.format(n=5)) | prints(OTHERS[0])

    assert [*unpacked(packed(both))] == sorted(both)
    assert packed([]) == ""


def test_fingerprints_are_the_same_in_every_process():
    import subprocess
    import sys

    module = "grading.engine.notebooks.fingerprints"
    code = f"from {module} import prints; print(sorted(prints({{!r}})))"
    command = [sys.executable, "-c", code.format(LOOPS.format(n=5))]
    outputs = {subprocess.check_output(command) for _ in range(2)}
    assert outputs == {f"{sorted(prints(LOOPS.format(n=5)))}\n".encode()}


def test_two_answers_side_by_side():
    left, right = both_sides("a = 1\nb = f(a)\nc = 3", "x = 1\nc = 3")

    assert left == [("like", "a = 1"), ("", "b = f(a)"), ("same", "c = 3")]
    assert right == [("like", "x = 1"), ("", ""), ("same", "c = 3")]
