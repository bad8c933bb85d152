"""An edition as the HTML of a mail: one column, styles inlined, light and dark, nothing loaded from anywhere."""

from functools import cache

from css_inline import CSSInliner
from markupsafe import Markup

from broadsheet.mail.edition import Edition
from broadsheet.mail.prose import HEADINGS, Block, Run
from broadsheet.text.sanitize import escaped
from broadsheet.views.render import environment


def html(shown: Edition, left_out: int, name: str, leave: str | None) -> str:
    """The whole letter; see `plain.text` for what is given."""
    page = environment().get_template("mail.html.j2")
    source = page.render(it=shown, left_out=left_out, name=name, leave=leave, marked=marked, title=_title)
    return _inliner().inline(source)


def marked(blocks: tuple[Block, ...]) -> Markup:
    """Blocks as HTML. Everything in them is text and is escaped here."""
    parts = []
    for block in blocks:
        tag = "pre" if block.kind == "pre" else "h4" if block.kind in HEADINGS else "p"
        parts.append(f"<{tag}>{_runs(block)}</{tag}>")
    return Markup("\n".join(parts))


def _runs(block: Block) -> str:
    mark = f"{escaped(block.marker)} " if block.marker else ""
    return mark + "".join(map(_run, block.runs))


def _run(run: Run) -> str:
    words = "<br>" if run.text == "\n" else escaped(run.text)
    if run.style:
        words = f"<{run.style}>{words}</{run.style}>"
    return f'<a href="{escaped(run.url)}">{words}</a>' if run.url else words


def _title(words: str, url: str | None) -> Markup:
    return Markup(f'<a href="{escaped(url)}">{escaped(words)}</a>' if url else escaped(words))


@cache
def _inliner() -> CSSInliner:
    # keep_at_rules: what prefers-color-scheme says cannot be inlined. Nothing is to be read from anywhere.
    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
