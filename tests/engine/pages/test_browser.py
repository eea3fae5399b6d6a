"""Feedback and report in a real browser: nothing runs, nothing is fetched."""

import pytest

from grading import ROOT
from grading.engine.pages.feedback import write_feedback
from grading.engine.pages.overview import Overview
from grading.engine.pages.report import write_report
from tests.chromium import window
from tests.engine.conftest import grade
from tests.engine.pages.test_pages import LOOPS, OTHERS, PAYLOADS, RENAMED
from tests.engine.small_course import RIGHT, answered, hand_in_right

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def pages(course):
    """Every page of a class with a payload in every place."""
    for number, payload in enumerate(PAYLOADS):
        source = OTHERS[number % 3].format(n=number)
        source += f"\ndef double(x):\n    raise ValueError({payload!r})"
        changed = RIGHT | {"double": source, "q-why": payload}
        hand_in_right(
            course, f"s{number:02d}", numbers=answered(course, "numbers", changed)
        )
    for student, text in (("ada", LOOPS), ("eve", RENAMED)):
        source = text.format(n=5) + "\ndef double(x):\n    return 2 * x"
        changed = answered(course, "numbers", RIGHT | {"double": source})
        hand_in_right(course, student, numbers=changed)
    grade(course)
    overview = Overview(course, "hw1")
    write_feedback(course, overview)
    report = write_report(course, overview)
    return [report, *report.parent.glob("pair-*"), *course.feedback.rglob("*.html")]


def test_nothing_runs_and_nothing_is_fetched(pages):
    seen = []
    with window(1100) as page:
        page.on("dialog", lambda dialog: seen.append(dialog.message))
        page.on("console", lambda message: seen.append(message.text))
        page.on("request", lambda request: seen.append(request.url))
        for path in pages:
            page.goto(path.as_uri())
            assert page.evaluate("document.scripts.length") == 0
        page.goto(pages[0].as_uri())
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        folder = ROOT / "build" / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / "report.png", full_page=True)
        page.get_by_role("link", name="side by side").first.click()
        page.get_by_role("heading", name="ada · eve").wait_for()
        page.screenshot(path=folder / "pair.png", full_page=True)
        page.goto(pages[-1].as_uri())
        page.screenshot(path=folder / "feedback.png", full_page=True)

    assert background == "rgb(245, 246, 248)"  # the policy lets our own style pass
    assert {url.partition(":")[0] for url in seen} == {"file"}
    assert len(seen) == len(pages) + 3
