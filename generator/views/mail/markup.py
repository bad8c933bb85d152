"""An edition as the HTML of a mail: one column, styles inlined, light and dark, nothing loaded from anywhere."""

from functools import cache
from itertools import groupby

from css_inline import CSSInliner
from markupsafe import Markup

from generator.ground.characters import escaped
from generator.views.mail.edition import Edition
from generator.views.mail.prose import HEADINGS, Block, Run
from generator.views.render import environment


def html(shown: Edition, left_out: int, name: str, leave: str | None) -> str:
    """The whole letter; see `plain.text` for what is given."""
    page = environment().get_template("mail.html.j2")
    source = page.render(it=shown, left_out=left_out, name=name, leave=leave, marked=marked, title=_title)
    return _inliner().inline("\n".join(line.strip() for line in source.splitlines() if line.strip()))


def marked(blocks: tuple[Block, ...]) -> Markup:
    """Blocks as HTML. Everything in them is text and is escaped here."""
    parts = []
    for kind, group in groupby(blocks, lambda block: block.kind):
        parts += ["".join(f"<{_TAGS.get(kind, 'p')}>{_runs(block)}</{_TAGS.get(kind, 'p')}>" for block in group)]
    return Markup("\n".join(parts))


_TAGS = {"pre": "pre", **dict.fromkeys(HEADINGS, "h4")}


def _runs(block: Block) -> str:
    mark = f"{escaped(block.marker)} " if block.marker else ""
    return mark + "".join(map(_run, block.runs))


def _run(run: Run) -> str:
    words = escaped(run.text).replace("\n", "<br>" if run.text == "\n" else "\n")
    if run.style:
        words = f"<{run.style}>{words}</{run.style}>"
    return f'<a href="{escaped(run.url)}">{words}</a>' if run.url else words


def _title(words: str, url: str | None) -> Markup:
    return Markup(f'<a href="{escaped(url)}">{escaped(words)}</a>' if url else escaped(words))


@cache
def _inliner() -> CSSInliner:
    # keep_at_rules: what prefers-color-scheme says cannot be inlined. Nothing is to be read from anywhere.
    return CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
