"""Running text as authors and exporters write it (TeX, some Markdown, bare URLs) as a short list of nodes.

Everything that is not recognised is text and stays as it is. The grammar is small on purpose: text from outside is
hostile, so nothing here expands macros, and depth and reach are limited.
"""

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import TypeAlias

from broadsheet.text import tex_repair
from broadsheet.text.links import link_at, unescaped
from broadsheet.text.mathml import symbol, takes_arguments, to_mathml
from broadsheet.text.sanitize import safe_url
from broadsheet.text.tex_accents import accent_at, letter_at
from broadsheet.text.tex_formulas import Formula, between_dollars, formula_at
from broadsheet.text.tex_macros import (
    ARGUMENTS,
    CHARACTERS,
    DECLARATIONS,
    ESCAPES,
    LINKS,
    REFERENCES,
    STYLES,
    TEMPLATES,
)
from broadsheet.text.tex_nodes import Link, Math, Node, Styled, Text

__all__ = ["Link", "Math", "Node", "Styled", "Text", "is_marked", "parse", "step_by_step"]

_Found: TypeAlias = tuple[list[Node], int]
_Argument: TypeAlias = tuple[int, int, int]

_DEEPEST = 20
_SPECIAL = frozenset([*ARGUMENTS, *TEMPLATES, "footnote", "isotope"])
# The first character of a construct, then what makes it one: thus the engine skips from set member to set member.
_MARKUP = re.compile(
    r"[\\$`{}~*\[<^_'hH-]"
    r"(?:(?<=[\\$`{}~*\[])|(?<=<)(?=[aA]\s|[hH][tT][tT][pP][sS]?:)|(?<=[\^_])(?=[{\\])|(?<=-)-+|(?<=')'+"
    r"|(?<=[hH])[tT][tT][pP][sS]?://)"
)
_MARKUP_WITHOUT_ADDRESS = re.compile(_MARKUP.pattern.replace("hH-]", "-]", 1))  # h is in every other word
_MAY_REFER = re.compile(r"\\[A-Za-z]{0,5}(?:cite|ref|label)")
_TRAILING_SPACE = re.compile(r"(?:\\[ ,;:!]|[~\s])+\Z")
_MAY_LINK = re.compile(r"\\(?:href|url)(?![A-Za-z])")
_BRACE = re.compile(r"[\\{}](?:(?<=[{}])|.)", re.DOTALL)
_MACRO = re.compile(r"\\([A-Za-z]+)(\*?)")
_OPTIONAL = re.compile(r"\[[^\[\]]{0,100}\]")
_CONTRACTION = re.compile(r"\\'(?:s|t|d|m|re|ve|ll)(?!\w)")  # escaped by a model: it\'s
_SCRIPT = re.compile(r"([\^_])(?:(\{)|(\\[A-Za-z]+|[A-Za-z0-9*]))")
_VERBATIM = re.compile(r"\\verb([^A-Za-z\s*])([^\n]{0,200}?)\1")
_STRONG = re.compile(r"(?<![\w*])\*\*(?![\s*])([^*]{1,300}?)(?<![\s*])\*\*(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[A-Za-z“\"(\\])([^*\n]{1,120}?)(?<![\s*])\*(?![\w*])")
_QUOTED = re.compile(r"`(?=\S)([^`\n]{0,100}?[^\s`])(?:'(?!\w)|(`)(?!\w))")
_THREE = re.compile(r"(?<=[^\s'])'''(?!')")
_CODE = re.compile(r"[\w.,:;/@#+=()<>\[\]-]{1,60}")
_NUMERAL = re.compile(r"\s*[ivx]{1,5}\s*")
_TILDE_MEANS_ABOUT = re.compile(r"(?:^|[\s(\[{=<>≤≥±+–—-])$|(?:^|[^A-Za-z])[a-z]$")


def is_marked(text: str) -> bool:
    """Whether there may be a construct in `text`: any holds one of these signs, each sought faster than a pattern."""
    return (
        ("\\" in text or "$" in text or "{" in text or "}" in text or "~" in text or "*" in text)
        or ("`" in text or "[" in text or "<" in text or "--" in text or "''" in text or "://" in text)
    )  # fmt: skip


def parse(text: str) -> tuple[Node, ...]:
    """The nodes of `text`, which is clean (`broadsheet.text.sanitize.clean`)."""
    return _parse(text) if is_marked(text) else (Text(text),)


@lru_cache(512)  # a day's texts: its page, its twins and its bibliography ask for the same
def _parse(text: str) -> tuple[Node, ...]:
    # Most of what is marked has formulas and nothing else.
    told = _prepared(text)
    pieces = between_dollars(told) if "$" in told and not _MAY_LINK.search(told) else None
    if pieces and not is_marked("".join(pieces[::2])):
        return tuple([Math(it) if at % 2 else Text(it) for at, it in enumerate(pieces) if it])
    return step_by_step(text)


def step_by_step(text: str) -> tuple[Node, ...]:
    """What `parse` gives, whatever `text` holds."""
    told = _prepared(text)
    return tuple(_Parser(told).nodes(0, len(told), 0))


def _prepared(text: str) -> str:
    """Return `text` without references, and with torn macros whole."""
    if "\\" not in text:
        return text
    text = tex_repair.mend(text)
    return REFERENCES.sub("", text) if _MAY_REFER.search(text) else text


def _partners(text: str) -> dict[int, int]:
    """Opening brace → its closing one, for the braces that have both."""
    partners, opened = {}, []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            partners[opened.pop()] = brace.start()
    return partners


class _Parser:
    """One pass over one text. A method named for a construct returns its nodes and end, or None: then it is text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.linked = False
        self._next = (_MARKUP if "://" in text else _MARKUP_WITHOUT_ADDRESS).search

    @cached_property
    def partner(self) -> dict[int, int]:
        """Opening brace → its closing one. Most braces stand in formulas, where nobody asks."""
        return _partners(self.text)

    def nodes(self, start: int, end: int, depth: int) -> list[Node]:
        """The nodes of the text from `start` to `end`."""
        out: list[Node] = []
        done = pos = start
        while depth <= _DEEPEST and (mark := self._next(self.text, pos, end)):
            at = mark.start()
            construct = _CONSTRUCTS.get(self.text[at])
            found = construct(self, at, end, depth) if construct else None
            if found is None:
                pos = mark.end()
                continue
            if done < at:
                out.append(Text(self.text[done:at]))
            out += found[0]
            done = pos = found[1]
        if done < end:
            out.append(Text(self.text[done:end]))
        return out

    # Mathematics

    def dollar(self, at: int, end: int, depth: int) -> _Found | None:
        formula = formula_at(self.text, at, end)
        if formula is None:
            return None
        link = _MAY_LINK.search(formula.tex)
        if link is None:
            return [Math(formula.tex, formula.display)], formula.end
        return self.linking_formula(formula, link.start(), depth), formula.end

    def linking_formula(self, formula: Formula, at: int, depth: int) -> list[Node]:
        r"""``$\href{URL}{here}$``: a link, and what of a formula stands before it."""
        first = self.text.index(formula.tex, formula.start)
        before = _TRAILING_SPACE.sub("", formula.tex[:at])
        link = self.nodes(first + at, first + len(formula.tex.rstrip()), depth + 1)
        formulas: list[Node] = [Math(before), Text(" ")] if before and to_mathml(before) else []
        return formulas + link

    def script(self, at: int, end: int, depth: int) -> _Found | None:
        r"""``10^{-12}``, ``M_\odot`` outside a formula."""
        mark = _SCRIPT.match(self.text, at, end)
        if mark is None:
            return None
        element = "sup" if mark[1] == "^" else "sub"
        if mark[3]:
            name = mark[3].removeprefix("\\")
            return [Styled(element, (Text(symbol(name) or name if mark[3] != name else name),))], mark.end()
        argument = self.argument(at + 1, end)
        if argument is None or argument[1] - argument[0] > 60:
            return None
        return [Styled(element, tuple(self.nodes(argument[0], argument[1], depth + 1)))], argument[2]

    # Macros

    def backslash(self, at: int, end: int, depth: int) -> _Found | None:
        text = self.text
        formula = self.dollar(at, end, depth)
        if formula:
            return formula
        if _CONTRACTION.match(text, at, end) and text[max(0, at - 1) : at].isalpha():
            return [Text("'")], at + 2
        letter = accent_at(text, at, end) or letter_at(text, at, end)
        if letter:
            return [Text(letter[0])], letter[1]
        macro = _MACRO.match(text, at, end)
        if macro:
            return self.macro(macro[1], at, macro.end(), end, depth)
        escaped = ESCAPES.get(text[at + 1 : min(at + 2, end)])
        if escaped is None:
            return None
        empty = 2 if text.startswith("{}", at + 2) and text[at + 1] in "~^'`\"=." else 0
        return [Text(escaped)], at + 2 + empty

    def macro(self, name: str, at: int, after: int, end: int, depth: int) -> _Found:
        for table, handler in (
            (CHARACTERS, self.character),
            (DECLARATIONS, self.declaration),
            (STYLES, self.styled),
            (LINKS, self.linking),
            (_SPECIAL, self.special),
        ):
            if name in table:
                return handler(name, after, end, depth)
        return self.verbatim(at, end) or self.mathematics(name, at, after, end) or self.unknown(name, after, end, depth)

    def verbatim(self, at: int, end: int) -> _Found | None:
        verbatim = _VERBATIM.match(self.text, at, end)
        return ([Styled("code", (Text(verbatim[2]),))], verbatim.end()) if verbatim else None

    def character(self, name: str, after: int, end: int, depth: int) -> _Found:
        return [Text(CHARACTERS[name])], after + 2 * self.text.startswith("{}", after, end)

    def declaration(self, name: str, after: int, end: int, depth: int) -> _Found:
        r"""``{\it this}``: the style goes to the end of the group. Outside a group it would go on for ever."""
        after += self.text.startswith(" ", after, end)
        if depth == 0:
            return [], after
        return _in_style(DECLARATIONS[name], self.nodes(after, end, depth + 1)), end

    def styled(self, name: str, after: int, end: int, depth: int) -> _Found:
        argument = self.argument(after, end)
        if argument is None:
            return [], after + self.text.startswith("{", after, end)
        return _in_style(STYLES[name], self.nodes(argument[0], argument[1], depth + 1)), argument[2]

    def linking(self, name: str, after: int, end: int, depth: int) -> _Found:
        r"""``\url{u}``, ``\href{u}{label}``; an address that is not safe is shown as text."""
        first = self.argument(after, end)
        if first is None:
            return [], after + self.text.startswith("{", after, end)
        address = unescaped(self.text[first[0] : first[1]])
        label = self.argument(first[2], end) if name in ("href", "hyperlink") else None
        if label is None and "{" in self.text[first[0] : first[1]]:  # more than an address
            return self.nodes(first[0], first[1], depth + 1), first[2]
        url = safe_url(address)
        shown: list[Node] = [Text(address)]
        if label:
            shown = self.label(label[0], label[1], depth)
            shown += [] if url else [Text(f" ({address})")]
        stop = label[2] if label else first[2]
        return ([Link(url, tuple(shown))] if url and not self.linked else shown), stop

    def special(self, name: str, after: int, end: int, depth: int) -> _Found:
        count = ARGUMENTS[name][0] if name in ARGUMENTS else TEMPLATES[name][0] if name in TEMPLATES else 1
        option = _OPTIONAL.match(self.text, after, end)
        arguments, stop = self.arguments(after, end, count, optional=True)
        raw = [self.text[first:last].strip() for first, last, _ in arguments]
        if name == "isotope" and raw:
            return [Text(TEMPLATES["iso"][1]((option[0].strip("[]") if option else ""), raw[0]))], stop
        if name in TEMPLATES:
            return [Text(TEMPLATES[name][1](*raw) if len(raw) == count else " ".join(raw))], stop
        if name == "footnote" and arguments:
            return [Text(" ("), *self.nodes(arguments[0][0], arguments[0][1], depth + 1), Text(")")], stop
        kept = ARGUMENTS.get(name, (0, -1))[1]
        shown = arguments[kept] if 0 <= kept < len(arguments) else None
        return (self.nodes(shown[0], shown[1], depth + 1) if shown else []), stop

    def mathematics(self, name: str, at: int, after: int, end: int) -> _Found | None:
        r"""A symbol (``\alpha``) or construct (``\frac{a}{b}``) of mathematics outside any formula."""
        character = symbol(name)
        if character:
            script = _SCRIPT.match(self.text, after, end)
            more = self.script(after, end, 0) if script else None
            after += 2 * self.text.startswith("{}", after, end)
            return ([Text(character), *more[0]], more[1]) if more else ([Text(character)], after)
        if not takes_arguments(name):
            return None
        _, stop = self.arguments(after, end, 2)
        tex = self.text[at:stop]
        return ([Math(tex)], stop) if stop > after and to_mathml(tex) else None

    def unknown(self, name: str, after: int, end: int, depth: int) -> _Found:
        r"""The content of what follows in braces; without that the name, for it may be a system's: ``\ourmethod``."""
        arguments, stop = self.arguments(after, end, 3)
        shown = [node for first, last, _ in arguments for node in self.nodes(first, last, depth + 1)]
        unclosed = not arguments and self.text.startswith("{", after, end)
        return shown or ([] if unclosed else [Text(name)]), stop + unclosed

    # Braces

    def group(self, at: int, end: int, depth: int) -> _Found | None:
        r"""``{\it x}``, ``{\"o}``, ``{}``: braces that belong to TeX. Others are text."""
        argument = self.argument(at, end)
        if argument is None:
            return None
        first, last, stop = argument
        if self.text[first:last] in (",", ".") and self.text[max(0, at - 1) : at].isdigit():
            return [Text(self.text[first:last])], stop  # 49{,}375
        if first < last and self.text[first : min(last, first + 9)].lstrip("{ ")[:1] not in ("\\", "$"):
            return None
        return self.nodes(first, last, depth + 1), stop

    def argument(self, pos: int, end: int) -> _Argument | None:
        """Where the braces at `pos` have their content, and where they end."""
        closing = self.partner.get(pos, end)
        return (pos + 1, closing, closing + 1) if closing < end else None

    def arguments(self, pos: int, end: int, most: int, optional: bool = False) -> tuple[list[_Argument], int]:
        """At most `most` arguments from `pos` on, and where they end; `optional` ones in brackets are passed over."""
        found: list[_Argument] = []
        while len(found) < most:
            option = _OPTIONAL.match(self.text, pos, end) if optional else None
            argument = self.argument(option.end() if option else pos, end)
            if argument is None:
                break
            found.append(argument)
            pos = argument[2]
        return found, pos

    # Punctuation, Markdown, links

    def tilde(self, at: int, end: int, depth: int) -> _Found | None:
        """A space that does not break, or "about": ``4U~1957``, but ``z~2`` and ``2.18~3.1``."""
        before, after = self.text[max(0, at - 2) : at], self.text[at + 1 : at + 2]
        between_digits = before[-1:].isdigit() and (after.isdigit() or after in ("-", "."))
        about = _TILDE_MEANS_ABOUT.search(before) and (after.isdigit() or after.isspace() or after in ".$<>\\(")
        if not after or after.isspace() or between_digits or about or before[-1:] in ("", "~", "/") or after == "/":
            return None
        return [Text("\N{NO-BREAK SPACE}")], at + 1

    def dashes(self, at: int, end: int, depth: int) -> _Found | None:
        """``--`` is an en dash, ``---`` an em dash; ``--flag`` is a flag."""
        length = 3 if self.text.startswith("---", at, end) else 2
        before, after = self.text[max(0, at - 1) : at], self.text[at + length : at + length + 1]
        if after == "-" or (not before.strip() and after.isalpha()):
            return None
        return [Text("—" if length == 3 else "–")], at + length

    def quotes(self, at: int, end: int, depth: int) -> _Found | None:
        before, after = self.text[max(0, at - 1) : at], self.text[at + 2 : at + 3]
        if after == "'":
            return self.nested_quotes(at)
        fraction = before == "." and self.text[max(0, at - 2) : at - 1].isdigit() and after.isdigit()
        ends = after in (" ", "") or (after + self.text[at + 3 : at + 4]).strip(".").isdigit()
        if fraction or (before.isdigit() and ends and not self.is_quoted(at)):
            return [Text("″")], at + 2
        opens = (not before.strip() or before in "([") and bool(after.strip())
        return [Text("“" if opens else "”")], at + 2

    def nested_quotes(self, at: int) -> _Found | None:
        """Return what three marks close: a quotation within another one, or an apostrophe and a quotation."""
        return ([Text("’”")], at + 3) if _THREE.match(self.text, at) and self.is_quoted(at) else None

    def is_quoted(self, at: int) -> bool:
        """Return whether a quotation was opened before `at`, and not closed."""
        return self.text.rfind("``", max(0, at - 500), at) > self.text.rfind("''", max(0, at - 500), at)

    def backquote(self, at: int, end: int, depth: int) -> _Found | None:
        """TeX's quotation marks, and Markdown's code."""
        if self.text.startswith("``", at, end):
            within = _QUOTED.match(self.text, at + 2, end)  # a quotation begins with another one
            return ([Text("“")], at + 2) if self.text[at + 2 : at + 3] != "`" or (within and not within[2]) else None
        if self.text[max(0, at - 1) : at].isalnum():
            return None
        quoted = _QUOTED.match(self.text, at, end)
        if quoted is None:
            return None
        if quoted[2] and _CODE.fullmatch(quoted[1]):
            return [Styled("code", (Text(quoted[1]),))], quoted.end()
        return [Text("‘"), *self.nodes(quoted.start(1), quoted.end(1), depth + 1), Text("’")], quoted.end()

    def asterisk(self, at: int, end: int, depth: int) -> _Found | None:
        for pattern, element in ((_STRONG, "strong"), (_EMPHASIS, "em")):
            found = pattern.match(self.text, at, end)
            if found:
                return _in_style(element, self.nodes(found.start(1), found.end(1), depth + 1)), found.end()
        return None

    def link(self, at: int, end: int, depth: int) -> _Found | None:
        found = None if self.linked else link_at(self.text, at, end)
        if found is None:
            return None
        first, last = found.label
        address = self.text[first:last]
        is_address = address.lower().startswith(("http://", "https://"))
        label: list[Node] = [Text(unescaped(address))] if is_address else self.label(first, last, depth)
        return [Link(found.url, tuple(label))], found.end

    def label(self, first: int, last: int, depth: int) -> list[Node]:
        """The nodes of a link's label, in which there is no other link."""
        before, self.linked = self.linked, True
        nodes = self.nodes(first, last, depth + 1)
        self.linked = before
        return nodes


_CONSTRUCTS: dict[str, Callable[[_Parser, int, int, int], _Found | None]] = {
    "\\": _Parser.backslash, "$": _Parser.dollar, "{": _Parser.group, "~": _Parser.tilde, "*": _Parser.asterisk,
    "`": _Parser.backquote, "'": _Parser.quotes, "-": _Parser.dashes, "^": _Parser.script, "_": _Parser.script,
    "[": _Parser.link, "<": _Parser.link, "h": _Parser.link, "H": _Parser.link,
}  # fmt: skip


def _in_style(element: str, nodes: list[Node]) -> list[Node]:
    if element == "small-caps":  # of which only the Roman numerals of spectra mean something: H{\sc i}
        return [Text(n.text.upper()) if isinstance(n, Text) and _NUMERAL.fullmatch(n.text) else n for n in nodes]
    return [Styled(element, tuple(nodes))] if element and nodes else nodes
