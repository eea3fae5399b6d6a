"""What pages may say beyond Markdown: ``{pages}`` and ``{demo}``."""

import html
import json
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.directives.other import TocTree
from sphinx.util import docname_join
from sphinx.util.docutils import SphinxDirective

from grading.site.demo_data import DEMOS, demo_data
from grading.site.words import say


class Pages(TocTree):
    """List the pages named, one a line, that are there: a toctree with its options."""

    def run(self) -> list[nodes.Node]:
        """Drop what is not there, and list the rest."""
        here = self.env.docname
        kept = [
            name
            for line in list(self.content)
            if (name := line.strip())
            and docname_join(here, name) in self.env.project.docnames
        ]
        self.content: StringList = StringList(kept, source=here)
        return super().run() if kept else []


class DemoDirective(SphinxDirective):
    """Put a demo into the page: ``{demo} nearest-neighbours``."""

    required_arguments = 1
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Write the place where the script builds the demo, and its data."""
        name = self.arguments[0]
        if name not in DEMOS:
            raise self.error(
                f"There is no demo {name!r}; there are {', '.join(sorted(DEMOS))}."
            )
        title = say(DEMOS[name], self.config.language)
        script = say("This demo needs JavaScript.", self.config.language)
        data = html.escape(json.dumps(demo_data(name), separators=(",", ":")))
        text = (
            f'<section class="demo" id="demo-{name}" data-demo="{name}" '
            f'data-numbers="{data}" aria-label="{html.escape(title)}">'
            f'<p class="demo-title">{html.escape(title)}</p>'
            f"<noscript><p>{script}</p></noscript></section>"
        )
        return [nodes.raw("", text, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both directives.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.

    Returns
    -------
    about : dict
        That pages may be read and written in parallel.
    """
    app.add_directive("pages", Pages)
    app.add_directive("demo", DemoDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
