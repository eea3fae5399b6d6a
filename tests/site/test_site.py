"""The site as built: its links, its HTML, and how it is used in a browser."""

import functools
import re
from urllib.parse import unquote, urlsplit

import html5lib
import pytest

from grading import ROOT
from grading.site.__main__ import build
from grading.site.stage import Home

pytestmark = pytest.mark.slow
#: One page of each kind.
KINDS = [
    "index.html",
    "notes/classification.html",
    "notes/convolutional-networks.html",
    "assignments/assignment1/knn.html",
    "reference/layers.html",
    "docs/grading.html",
    "gallery.html",
    "search.html",
    "zh_CN/index.html",
    "zh_CN/assignments/assignment1/knn.html",
]
SMALL = 1_000_000  # bytes of a page
browser_test = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built once; what it drew and ran before is kept in build/."""
    folder = tmp_path_factory.mktemp("site") / "site"
    build(folder, Home("https://github.com/someone/course", "students"))
    return folder


@pytest.fixture(scope="module")
def parsed(site):
    """Every page: its tree, and what is wrong with its HTML."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        if "_static" in path.parts:  # the theme's
            continue
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        tree = parser.parse(path.read_text(encoding="utf-8"))
        found[path] = tree, parser.errors
    return found


def test_every_kind_of_page_is_there(site):
    for name in KINDS:
        assert (site / name).exists(), name
    assert len(list(site.glob("assignments/*/*.html"))) == 3 + len(
        list(ROOT.glob("assignments/*/*.ipynb"))
    )
    for page in (ROOT / "docs/site/notes").glob("*.md"):
        assert (site / "notes" / f"{page.stem}.html").exists()


def test_nothing_of_the_build_is_left_in_the_site(site):
    assert not list(site.rglob("jupyter_execute")) + list(site.rglob("*.doctree"))
    assert not list(site.parent.glob("jupyter_execute"))


def test_html_is_valid(parsed):
    wrong = [
        f"{path.name}: {place} {what} {values}"
        for path, (_, errors) in parsed.items()
        for place, what, values in errors
    ]
    assert wrong == []


def test_no_page_is_large(parsed):
    assert {
        path.name: size for path in parsed if (size := path.stat().st_size) > SMALL
    } == {}


def test_nothing_is_loaded_from_elsewhere(parsed):
    for path, (tree, _) in parsed.items():
        for node in tree.iter():
            source = node.get("src") or (node.get("href") if node.tag == "link" else "")
            assert not re.match(r"(https?:)?//", source or ""), f"{path}: {source}"


def test_every_link_leads_somewhere(site, parsed):
    @functools.cache
    def anchors(path):
        return {
            node.get(key) for node in parsed[path][0].iter() for key in ("id", "name")
        }

    dead = []
    for path, (tree, _) in parsed.items():
        for node in tree.iter():
            link = urlsplit(node.get("href") or node.get("src") or "")
            if link.scheme or link.netloc or not (link.path or link.fragment):
                continue
            there = (path.parent / unquote(link.path)).resolve() if link.path else path
            anchor = unquote(link.fragment)
            if not there.is_file():
                dead.append(f"{path.relative_to(site)}: {link.path}")
            elif anchor and there in parsed and anchor not in anchors(there):
                dead.append(f"{path.relative_to(site)}: {link.geturl()}")
    assert dead == []


def test_a_notebook_can_be_opened_and_downloaded(site):
    page = (site / "assignments/assignment1/knn.html").read_text(encoding="utf-8")

    assert "colab.research.google.com/github/someone/course/blob/students/" in page
    assert (site / "notebooks/assignment1/knn.ipynb").exists()
    assert "Open in the browser" not in page  # JupyterLite was not built


def visit(page, site, name):
    page.goto((site / name).as_uri())


def screenshot(page, name):
    """Keep a picture, for a person to look at."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"site-{name}.png")


@browser_test
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", KINDS)
def test_no_serious_barrier(site, page, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)
    visit(page, site, name)
    screenshot(page, f"{name.replace('/', '-').removesuffix('.html')}-{scheme}")

    found = axe.run(page).response["violations"]

    serious = [
        (v["id"], [node["html"][:200] for node in v["nodes"][:3]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []


@browser_test
@pytest.mark.parametrize("name", KINDS)
def test_a_phone_needs_no_scrolling_sideways(site, page, name):
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, site, name)
    screenshot(page, f"{name.replace('/', '-').removesuffix('.html')}-phone")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@browser_test
@pytest.mark.parametrize(
    ("folder", "words", "title"),
    [
        ("", "softmax", "softmax"),
        ("zh_CN/", "距离", "近邻"),  # two letters, as most Chinese words
        ("zh_CN/", "交叉验证", "近邻"),
    ],
)
def test_search_finds_a_page(site, page, folder, words, title):
    page.goto((site / folder / "search.html").as_uri() + f"?q={words}")

    page.locator("#search-results li a").first.wait_for()

    found = page.locator("#search-results li > a", has_text=title)
    assert found.count() > 0
    assert "assignment1" in {one.get_attribute("data-folder") for one in found.all()}


@browser_test
def test_dark_mode_is_kept(site, page):
    visit(page, site, "index.html")
    page.evaluate("localStorage.setItem('mode', 'dark')")
    visit(page, site, "notes/index.html")

    assert page.locator("html").get_attribute("data-theme") == "dark"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", ground)[:3])) < 64


@browser_test
def test_from_home_to_notes_a_demo_a_notebook_and_back(site, page):
    visit(page, site, "index.html")
    page.locator("article a[href='notes/classification.html']").first.click()
    demo = page.locator("#demo-nearest-neighbours")
    words = demo.locator(".demo-words")
    before = words.text_content()
    demo.get_by_label("k", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert words.text_content() != before
    assert "Votes of the 9 nearest" in words.text_content()

    page.locator("article a[href$='assignment1/knn.html']").first.click()
    assert "k-nearest neighbours" in page.locator("h1").text_content()
    hint = page.locator("details", has_text="Hint 1").first
    hint.locator("summary").click()
    assert hint.get_attribute("open") is not None

    page.locator(".navbar-brand").first.click()
    assert page.url.endswith("index.html")


@browser_test
def test_the_other_language_is_one_click_away(site, page):
    visit(page, site, "assignments/assignment1/knn.html")

    page.locator(".languages a:visible", has_text="中文").click()
    assert page.url.endswith("zh_CN/assignments/assignment1/knn.html")
    page.wait_for_load_state("load")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert "收起侧栏" in page.content()

    page.locator(".languages a:visible", has_text="English").click()
    assert "/zh_CN/" not in page.url
