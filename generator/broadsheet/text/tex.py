"""Parser of running text as authors and exporters write it (TeX, some Markdown, bare URLs): text to nodes.

Anything that no construct matches is text and stays unchanged. The grammar is small on purpose: text from outside is
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
from broadsheet.text.tex_formulas import Formula, formula_at
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

__all__ = ["Link", "Math", "Node", "Styled", "Text", "parse"]

_Match: TypeAlias = tuple[list[Node], int]
_Argument: TypeAlias = tuple[int, int, int]

_MAX_DEPTH = 20
_SPECIAL = frozenset([*ARGUMENTS, *TEMPLATES, "footnote", "isotope"])
# The first character of a construct, then its condition: so the engine skips from set member to set member.
_MARKUP = re.compile(
    r"[\\$`{}~*\[<^_'hH-]"
    r"(?:(?<=[\\$`{}~*\[])|(?<=<)(?=[aA]\s|[hH][tT][tT][pP][sS]?:)|(?<=[\^_])(?=[{\\])|(?<=-)-+|(?<=')'+"
    r"|(?<=[hH])[tT][tT][pP][sS]?://)"
)
_MAY_REFER = re.compile(r"\\[A-Za-z]{0,5}(?:cite|ref|label)")
_TRAILING_SPACE = re.compile(r"(?:\\[ ,;:!]|[~\s])+\Z")
_MAY_LINK = re.compile(r"\\(?:href|url)(?![A-Za-z])")
_BRACE = re.compile(r"[\\{}](?:(?<=[{}])|.)", re.DOTALL)
_MACRO = re.compile(r"\\([A-Za-z]+)(\*?)")
_OPTIONAL = re.compile(r"\[[^\[\]]{0,100}\]")
_CONTRACTION = re.compile(r"\\'(?:s|t|d|m|re|ve|ll)(?!\w)")  # escaped by an LLM: it\'s
_SCRIPT = re.compile(r"([\^_])(?:(\{)|(\\[A-Za-z]+|[A-Za-z0-9*]))")
_VERBATIM = re.compile(r"\\verb([^A-Za-z\s*])([^\n]{0,200}?)\1")
_STRONG = re.compile(r"(?<![\w*])\*\*(?![\s*])([^*]{1,300}?)(?<![\s*])\*\*(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[A-Za-z“\"(\\])([^*\n]{1,120}?)(?<![\s*])\*(?![\w*])")
_QUOTED = re.compile(r"`(?=\S)([^`\n]{0,100}?[^\s`])(?:'(?!\w)|(`)(?!\w))")
_THREE = re.compile(r"(?<=[^\s'])'''(?!')")
_CODE = re.compile(r"[\w.,:;/@#+=()<>\[\]-]{1,60}")
_NUMERAL = re.compile(r"\s*[ivx]{1,5}\s*")
_TILDE_MEANS_ABOUT = re.compile(r"(?:^|[\s(\[{=<>≤≥±+–—-])$|(?:^|[^A-Za-z])[a-z]$")


@lru_cache(512)  # 1 % of a cold build: page, alternates and bibliography parse the same texts
def parse(text: str) -> tuple[Node, ...]:
    """Return the nodes of `text`, which is clean (`broadsheet.text.sanitize.clean`)."""
    prepared = _prepared(text)
    return tuple(_Parser(prepared).nodes(0, len(prepared), 0))


def _prepared(text: str) -> str:
    """Return `text` without references, and with split macros joined."""
    if "\\" not in text:
        return text
    text = tex_repair.repair(text)
    return REFERENCES.sub("", text) if _MAY_REFER.search(text) else text


def _closing_braces(text: str) -> dict[int, int]:
    """Return opening brace → closing brace, for the braces that have both."""
    closing, opened = {}, []
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            closing[opened.pop()] = brace.start()
    return closing


class _Parser:
    """One pass over one text. A construct's method returns its nodes and end, or None if it is mere text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_in_label = False

    @cached_property  # keeps the parser linear: each construct asks for its brace
    def closing_braces(self) -> dict[int, int]:
        """Opening brace → closing brace; computed on demand, since most braces are in formulas."""
        return _closing_braces(self.text)

    def nodes(self, start: int, end: int, depth: int) -> list[Node]:
        """Return the nodes of the text from `start` to `end`."""
        out: list[Node] = []
        done = pos = start
        while depth <= _MAX_DEPTH and (mark := _MARKUP.search(self.text, pos, end)):
            construct = _CONSTRUCTS.get(mark[0][0])
            match = construct(self, mark.start(), end, depth) if construct else None
            if match is None:
                pos = mark.end()
                continue
            if done < mark.start():
                out.append(Text(self.text[done : mark.start()]))
            out += match[0]
            done = pos = match[1]
        if done < end:
            out.append(Text(self.text[done:end]))
        return out

    # Mathematics

    def dollar(self, start: int, end: int, depth: int) -> _Match | None:
        formula = formula_at(self.text, start, end)
        if formula is None:
            return None
        link = _MAY_LINK.search(formula.tex)
        if link is None:
            return [Math(formula.tex, formula.display)], formula.end
        return self.linking_formula(formula, link.start(), depth), formula.end

    def linking_formula(self, formula: Formula, start: int, depth: int) -> list[Node]:
        r"""Return the nodes of ``$\href{URL}{here}$``: a link, behind the part of the formula before it."""
        first = self.text.index(formula.tex, formula.start)
        before = _TRAILING_SPACE.sub("", formula.tex[:start])
        link = self.nodes(first + start, first + len(formula.tex.rstrip()), depth + 1)
        formulas: list[Node] = [Math(before), Text(" ")] if before and to_mathml(before) else []
        return formulas + link

    def script(self, start: int, end: int, depth: int) -> _Match | None:
        r"""Parse ``10^{-12}`` and ``M_\odot`` outside a formula."""
        mark = _SCRIPT.match(self.text, start, end)
        if mark is None:
            return None
        element = "sup" if mark[1] == "^" else "sub"
        if mark[3]:
            name = mark[3].removeprefix("\\")
            return [Styled(element, (Text(symbol(name) or name if mark[3] != name else name),))], mark.end()
        argument = self.argument(start + 1, end)
        if argument is None or argument[1] - argument[0] > 60:
            return None
        return [Styled(element, tuple(self.nodes(argument[0], argument[1], depth + 1)))], argument[2]

    # Macros

    def backslash(self, start: int, end: int, depth: int) -> _Match | None:
        text = self.text
        formula = self.dollar(start, end, depth)
        if formula:
            return formula
        if _CONTRACTION.match(text, start, end) and text[max(0, start - 1) : start].isalpha():
            return [Text("'")], start + 2
        letter = accent_at(text, start, end) or letter_at(text, start, end)
        if letter:
            return [Text(letter[0])], letter[1]
        macro = _MACRO.match(text, start, end)
        if macro:
            return self.macro(macro[1], start, macro.end(), end, depth)
        escaped = ESCAPES.get(text[start + 1 : min(start + 2, end)])
        if escaped is None:
            return None
        empty = 2 if text.startswith("{}", start + 2) and text[start + 1] in "~^'`\"=." else 0
        return [Text(escaped)], start + 2 + empty

    def macro(self, name: str, start: int, after: int, end: int, depth: int) -> _Match:
        for table, handler in (
            (CHARACTERS, self.character),
            (DECLARATIONS, self.declaration),
            (STYLES, self.styled),
            (LINKS, self.linking),
            (_SPECIAL, self.special),
        ):
            if name in table:
                return handler(name, after, end, depth)
        return (
            self.verbatim(start, end)
            or self.mathematics(name, start, after, end)
            or self.unknown(name, after, end, depth)
        )

    def verbatim(self, start: int, end: int) -> _Match | None:
        verbatim = _VERBATIM.match(self.text, start, end)
        return ([Styled("code", (Text(verbatim[2]),))], verbatim.end()) if verbatim else None

    def character(self, name: str, after: int, end: int, depth: int) -> _Match:
        return [Text(CHARACTERS[name])], after + 2 * self.text.startswith("{}", after, end)

    def declaration(self, name: str, after: int, end: int, depth: int) -> _Match:
        r"""Parse ``{\it word}``: the style ends with the group. Outside a group it would never end."""
        after += self.text.startswith(" ", after, end)
        if depth == 0:
            return [], after
        return _in_style(DECLARATIONS[name], self.nodes(after, end, depth + 1)), end

    def styled(self, name: str, after: int, end: int, depth: int) -> _Match:
        argument = self.argument(after, end)
        if argument is None:
            return [], after + self.text.startswith("{", after, end)
        return _in_style(STYLES[name], self.nodes(argument[0], argument[1], depth + 1)), argument[2]

    def linking(self, name: str, after: int, end: int, depth: int) -> _Match:
        r"""Parse ``\url{u}`` and ``\href{u}{label}``; an unsafe address becomes text."""
        first = self.argument(after, end)
        if first is None:
            return [], after + self.text.startswith("{", after, end)
        address = unescaped(self.text[first[0] : first[1]])
        label = self.argument(first[2], end) if name in ("href", "hyperlink") else None
        if label is None and "{" in self.text[first[0] : first[1]]:  # more than an address
            return self.nodes(first[0], first[1], depth + 1), first[2]
        url = safe_url(address)
        nodes: list[Node] = [Text(address)]
        if label:
            nodes = self.label(label[0], label[1], depth)
            nodes += [] if url else [Text(f" ({address})")]
        stop = label[2] if label else first[2]
        return ([Link(url, tuple(nodes))] if url and not self.is_in_label else nodes), stop

    def special(self, name: str, after: int, end: int, depth: int) -> _Match:
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
        index = ARGUMENTS.get(name, (0, -1))[1]
        argument = arguments[index] if 0 <= index < len(arguments) else None
        return (self.nodes(argument[0], argument[1], depth + 1) if argument else []), stop

    def mathematics(self, name: str, start: int, after: int, end: int) -> _Match | None:
        r"""Parse a symbol (``\alpha``) or construct (``\frac{a}{b}``) of mathematics outside any formula."""
        character = symbol(name)
        if character:
            script = _SCRIPT.match(self.text, after, end)
            more = self.script(after, end, 0) if script else None
            after += 2 * self.text.startswith("{}", after, end)
            return ([Text(character), *more[0]], more[1]) if more else ([Text(character)], after)
        if not takes_arguments(name):
            return None
        _, stop = self.arguments(after, end, 2)
        tex = self.text[start:stop]
        return ([Math(tex)], stop) if stop > after and to_mathml(tex) else None

    def unknown(self, name: str, after: int, end: int, depth: int) -> _Match:
        r"""Return the nodes of the arguments; without any the name, which may be a system's: ``\ourmethod``."""
        arguments, stop = self.arguments(after, end, 3)
        nodes = [node for first, last, _ in arguments for node in self.nodes(first, last, depth + 1)]
        unclosed = not arguments and self.text.startswith("{", after, end)
        return nodes or ([] if unclosed else [Text(name)]), stop + unclosed

    # Braces

    def group(self, start: int, end: int, depth: int) -> _Match | None:
        r"""Parse braces that belong to TeX (``{\it x}``, ``{\"o}``, ``{}``). Others are text."""
        argument = self.argument(start, end)
        if argument is None:
            return None
        first, last, stop = argument
        if self.text[first:last] in (",", ".") and self.text[max(0, start - 1) : start].isdigit():
            return [Text(self.text[first:last])], stop  # 49{,}375
        if first < last and self.text[first : min(last, first + 9)].lstrip("{ ")[:1] not in ("\\", "$"):
            return None
        return self.nodes(first, last, depth + 1), stop

    def argument(self, pos: int, end: int) -> _Argument | None:
        """Return the span of the content of the braces at `pos`, and their end."""
        closing = self.closing_braces.get(pos, end)
        return (pos + 1, closing, closing + 1) if closing < end else None

    def arguments(self, pos: int, end: int, limit: int, optional: bool = False) -> tuple[list[_Argument], int]:
        """Return at most `limit` arguments from `pos` on, and their end; skip `optional` ones in brackets."""
        arguments: list[_Argument] = []
        while len(arguments) < limit:
            option = _OPTIONAL.match(self.text, pos, end) if optional else None
            argument = self.argument(option.end() if option else pos, end)
            if argument is None:
                break
            arguments.append(argument)
            pos = argument[2]
        return arguments, pos

    # Punctuation, Markdown, links

    def tilde(self, start: int, end: int, depth: int) -> _Match | None:
        """Parse a no-break space (``4U~1957``); "about" (``z~2``, ``2.18~3.1``) is text."""
        before, after = self.text[max(0, start - 2) : start], self.text[start + 1 : start + 2]
        between_digits = before[-1:].isdigit() and (after.isdigit() or after in ("-", "."))
        about = _TILDE_MEANS_ABOUT.search(before) and (after.isdigit() or after.isspace() or after in ".$<>\\(")
        if not after or after.isspace() or between_digits or about or before[-1:] in ("", "~", "/") or after == "/":
            return None
        return [Text("\N{NO-BREAK SPACE}")], start + 1

    def dashes(self, start: int, end: int, depth: int) -> _Match | None:
        """Parse ``--`` as an en dash, ``---`` as an em dash; ``--flag`` is text."""
        length = 3 if self.text.startswith("---", start, end) else 2
        before, after = self.text[max(0, start - 1) : start], self.text[start + length : start + length + 1]
        if after == "-" or (not before.strip() and after.isalpha()):
            return None
        return [Text("—" if length == 3 else "–")], start + length

    def quotes(self, start: int, end: int, depth: int) -> _Match | None:
        before, after = self.text[max(0, start - 1) : start], self.text[start + 2 : start + 3]
        if after == "'":
            return self.nested_quotes(start)
        fraction = before == "." and self.text[max(0, start - 2) : start - 1].isdigit() and after.isdigit()
        ends = after in (" ", "") or (after + self.text[start + 3 : start + 4]).strip(".").isdigit()
        if fraction or (before.isdigit() and ends and not self.is_quoted(start)):
            return [Text("″")], start + 2
        opens = (not before.strip() or before in "([") and bool(after.strip())
        return [Text("“" if opens else "”")], start + 2

    def nested_quotes(self, start: int) -> _Match | None:
        """Parse three marks: the ends of two nested quotations, or an apostrophe and the end of a quotation."""
        return ([Text("’”")], start + 3) if _THREE.match(self.text, start) and self.is_quoted(start) else None

    def is_quoted(self, start: int) -> bool:
        """Return whether a quotation was opened before `start`, and not closed."""
        return self.text.rfind("``", max(0, start - 500), start) > self.text.rfind("''", max(0, start - 500), start)

    def backquote(self, start: int, end: int, depth: int) -> _Match | None:
        """Parse TeX's quotation marks and Markdown's code."""
        if self.text.startswith("``", start, end):
            inner = _QUOTED.match(self.text, start + 2, end)  # a quotation begins with another one
            return (
                ([Text("“")], start + 2)
                if self.text[start + 2 : start + 3] != "`" or (inner and not inner[2])
                else None
            )
        if self.text[max(0, start - 1) : start].isalnum():
            return None
        quoted = _QUOTED.match(self.text, start, end)
        if quoted is None:
            return None
        if quoted[2] and _CODE.fullmatch(quoted[1]):
            return [Styled("code", (Text(quoted[1]),))], quoted.end()
        return [Text("‘"), *self.nodes(quoted.start(1), quoted.end(1), depth + 1), Text("’")], quoted.end()

    def asterisk(self, start: int, end: int, depth: int) -> _Match | None:
        for pattern, element in ((_STRONG, "strong"), (_EMPHASIS, "em")):
            if match := pattern.match(self.text, start, end):
                return _in_style(element, self.nodes(match.start(1), match.end(1), depth + 1)), match.end()
        return None

    def link(self, start: int, end: int, depth: int) -> _Match | None:
        match = None if self.is_in_label else link_at(self.text, start, end)
        if match is None:
            return None
        first, last = match.label
        address = self.text[first:last]
        is_address = address.lower().startswith(("http://", "https://"))
        label: list[Node] = [Text(unescaped(address))] if is_address else self.label(first, last, depth)
        return [Link(match.url, tuple(label))], match.end

    def label(self, first: int, last: int, depth: int) -> list[Node]:
        """Return the nodes of a link's label, without links in it."""
        before, self.is_in_label = self.is_in_label, True
        nodes = self.nodes(first, last, depth + 1)
        self.is_in_label = before
        return nodes


_CONSTRUCTS: dict[str, Callable[[_Parser, int, int, int], _Match | None]] = {
    "\\": _Parser.backslash, "$": _Parser.dollar, "{": _Parser.group, "~": _Parser.tilde, "*": _Parser.asterisk,
    "`": _Parser.backquote, "'": _Parser.quotes, "-": _Parser.dashes, "^": _Parser.script, "_": _Parser.script,
    "[": _Parser.link, "<": _Parser.link, "h": _Parser.link, "H": _Parser.link,
}  # fmt: skip


def _in_style(element: str, nodes: list[Node]) -> list[Node]:
    if element == "small-caps":  # only the Roman numerals of spectra matter: H{\sc i}
        return [
            Text(node.text.upper()) if isinstance(node, Text) and _NUMERAL.fullmatch(node.text) else node
            for node in nodes
        ]
    return [Styled(element, tuple(nodes))] if element and nodes else nodes
