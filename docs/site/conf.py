"""Settings of the site; `python -m grading.site` gathers its pages and builds it."""

import os

from jinja2 import Environment, PackageLoader
from myst_nb import sphinx_ext
from numpydoc import docscrape_sphinx

import cs231n
from grading import ROOT

project = "CS231n workbook"
author = "The CS231n workbook authors"
copyright = author
release = cs231n.__version__
language = os.environ.get("CS231N_SITE_LANGUAGE", "en")
locale_dirs = [str(ROOT / "docs" / "site" / "locale")]
gettext_compact = False
gettext_location = False
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "numpydoc",
    "grading.site.mathml",
    "grading.site.directives",
    "grading.site.search",
]
exclude_patterns = ["README.md", "extra", "_templates"]
source_suffix = {".md": "myst-nb"}

# Cells of notes run once for each state of the package; one that fails fails the build.
nb_execution_mode = "cache"
nb_execution_cache_path = os.environ.get("CS231N_SITE_CACHE", "")
nb_execution_raise_on_error = True
nb_execution_timeout = 180
nb_ipywidgets_js = {}  # comes from elsewhere
nb_merge_streams = True
# By default beside the pages, so a second language's would stand in the first's site.
sphinx_ext.OUTPUT_FOLDER = os.environ.get("CS231N_SITE_OUTPUTS", "outputs")

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4  # as GitHub names them
myst_dmath_double_inline = True
suppress_warnings = ["myst.header", "myst.strikethrough"]

# numpydoc reads and compiles its template for each docstring, an eighth of the build.
_TEMPLATES = Environment(loader=PackageLoader("numpydoc"))
docscrape_sphinx.SandboxedEnvironment = lambda loader: _TEMPLATES
numpydoc_show_class_members = False
autodoc_member_order = "bysource"

html_search_language = "en" if language == "en" else "bigrams"

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_extra_path = ["extra"]
templates_path = ["_templates"]
html_css_files = ["site.css"]
html_js_files = [
    ("site.js", {"defer": "defer"}),
    ("demos/arithmetic.js", {"defer": "defer"}),
    ("demos/words.js", {"defer": "defer"}),
    ("demos/demos.js", {"defer": "defer"}),
]
html_math_renderer = "mathml"
html_copy_source = False
html_show_search_summary = False  # would fetch pages, which files on disk refuse
html_show_sourcelink = False
html_sidebars = {"index": [], "gallery": [], "search": []}
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "navbar_end": ["languages", "theme-switcher", "navbar-icon-links"],
    "header_links_before_dropdown": 6,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "footer_start": ["copyright"],
    "footer_end": [],
}
if os.environ.get("CS231N_SITE_ADDRESS"):
    html_theme_options["icon_links"] = [
        {
            "name": "Repository",
            "url": os.environ["CS231N_SITE_ADDRESS"],
            "icon": "fa-solid fa-code-branch",
        }
    ]
