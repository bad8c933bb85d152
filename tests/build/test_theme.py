"""The fast path of rendering gives the same bytes as Markdown and MkDocs."""

import shutil
import subprocess
import sys
from pathlib import Path

import markdown as python_markdown
import yaml
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.build.generate import generate
from broadsheet.build.theme import Theme, build_rest, can_bypass_markdown, compact_frame
from broadsheet.index.dependencies import DependencyTracker
from broadsheet.index.open import open_index
from broadsheet.settings import config
from broadsheet.text.sanitize import one_line
from broadsheet.views.markdown import html, markdown, meta
from broadsheet.views.page import FeedLink, Page
from broadsheet.views.page_types import PAGE_TYPES
from tests.example import ROOT

EXTENSIONS = ["attr_list", "tables", "toc"]


@given(st.text().map(one_line).filter(bool), st.text(), st.text(max_size=5))
def test_the_fast_html_equals_that_of_the_parser(title: str, description: str, feed: str) -> None:
    body = '<div class="digest">\n<p>*a* _b_ # c {{ d }} {: e } &lt;f&gt;</p>\n\n<pre>g\n\n    h</pre></div>'
    page = Page("x/", title, description, body, lead="<nav>a</nav>", feeds=(FeedLink(feed, "feeds/all.xml"),))
    _, front, text = markdown(page).split("---\n", 2)
    assert yaml.safe_load(front) == meta(page)
    assert python_markdown.markdown(text, extensions=EXTENSIONS) == html(page)


def test_white_space_goes_where_it_does_not_count() -> None:
    content = '<article class="md-content__inner md-typeset">\n\n <article>\n\n  a</article>\n</article>'
    above = "\n\n<p>b c</p> \n\t\n  <i>d</i>\n<textarea>\n\n e</textarea>\r\n\r\n<script>`\n\n f`</script>\n\n  "
    expected = "<p>b c</p>\n<i>d</i>\n<textarea>\n\n e</textarea>\n<script>`\n\n f`</script>\n"
    assert compact_frame(f"{above}{content}\n\n </main>\n\n") == f"{expected}{content}\n</main>\n"
    assert compact_frame(above) == above


def test_what_only_the_themes_menu_and_scripts_use_goes_with_them() -> None:
    menu = (
        '<input class="md-toggle" type="checkbox" id="__drawer">\n<label class="md-overlay" for="__drawer"></label>\n'
    )
    content, below = '<article class="md-content__inner">a</article>', "\n</main>\n"
    dialog = '<div class="md-dialog" data-x="">\n <div class="md-dialog__inner md-typeset"></div>\n</div>\n'
    assert compact_frame(f"<body>\n{menu}<p>\n{content}{below}{dialog}") == f"<body>\n<p>\n{content}{below}"
    button = '<label for="__drawer">Menu</label>\n'
    assert compact_frame(f"<body>\n{menu}{button}{content}{below}") == f"<body>\n{menu}{button}{content}{below}"


def test_the_theme_makes_of_a_page_what_mkdocs_makes_of_it(tmp_path: Path) -> None:
    root = tmp_path / "digest"
    for name in ("data", "docs"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("digest.yml", "mkdocs.yml"):
        shutil.copy(ROOT / name, root)
    generate(root)
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(root / "mkdocs.yml"), "-d", str(root / "long")]
    subprocess.run(command, check=True, capture_output=True)
    assert can_bypass_markdown(root)
    settings = config.load(root)
    theme = Theme(root, settings.site.site_url)
    index = open_index(root, settings)
    recorded = DependencyTracker(index)
    pages = [
        p
        for kind in PAGE_TYPES.values()
        for key in kind.keys(index, settings)
        for p in kind.pages(recorded, settings, key)
        if isinstance(p, Page)
    ]
    assert len(pages) > 50
    for page in pages:
        long = (root / "long" / page.address / "index.html").read_text("utf-8")
        assert theme.render(page, page.body.encode()).decode() == compact_frame(long), page.address
    build_rest(root, root / "rest", {page.path: page.updated for page in pages}, 0, settings.site.site_url)
    assert (root / "rest/sitemap.xml").read_bytes() == (root / "long/sitemap.xml").read_bytes()
