"""Formulas as one line of readable Unicode, for titles, feeds and mail: ``x_i^2`` is xᵢ², ``\\mathcal{O}(n)`` is O(n).

Letters lose their style, so that a search for "O(n" finds them. Sub- and superscripts become Unicode's if it has them
all and they stay legible; else ``_`` and ``^`` remain.
"""

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import lru_cache

from broadsheet.text.mathml import symbol, to_tree

_PLAIN = "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθφχ"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᵠᵡ"
_SUPERSCRIPTS = dict(zip(_PLAIN, _RAISED, strict=True))
_SUBSCRIPTS = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_ALREADY_RAISED = {"∘": "°", "°": "°", "∗": "*", "*": "*", "⋆": "⋆", "⊤": "ᵀ", "⊺": "ᵀ", "′": "′", "″": "″", "‴": "‴",
                   "†": "†", "‡": "‡", "⟂": "⟂"}  # fmt: skip
_ALREADY_LOWERED = frozenset("⊙⊕☉")  # "M⊙" is how astronomers write it in plain text
_TO_ASCII = {"∼": "~", "∗": "*"}
_INVISIBLE = dict.fromkeys([0x2061, 0x2062, 0x2063, 0x2064, 0xFE00, 0xFE01])
_STYLED_SYMBOLS = frozenset("ℓℏℝℕℤℚℂℙ𝔼𝔽")  # blackboard letters have a meaning of their own; Planck's constant is no h
_ACCENTS = {"ˆ": "\u0302", "^": "\u0302", "~": "\u0303", "˜": "\u0303", "¯": "\u0304", "ˉ": "\u0304", "‾": "\u0304",
            "˙": "\u0307", "¨": "\u0308", "→": "\u20d7", "⃗": "\u20d7", "˘": "\u0306", "ˇ": "\u030c", "´": "\u0301",
            "`": "\u0300", "˚": "\u030a", "\u0302": "\u0302", "\u0303": "\u0303", "\u0304": "\u0304",
            "\u0332": "\u0304"}  # fmt: skip
_NO_LINE = ("0", "0em", "0px", "0pt")
_LETTERS = re.compile(r"[^\W\d_]")
_SPACES = re.compile(r"\s+")
_NEEDS_BRACKETS = re.compile(r"[\s+−=,/<>≤≥×·→↦∈∉⊂⊆≠≈≪≫±∓|∣:;-]")
_SUM = re.compile(r"[+−=,/<>≤≥×·±-]")  # in a base: its script belongs to all of it
_FACTOR_BEFORE = re.compile(r"[\w)\]}⟩‖°′ᵀ\u0300-\u036f\u20d7/\u2061]$")
_FACTOR_AFTER = re.compile(r"[\w(\[{⟨√∑∏∫∮∂∇∆/]")
_OPEN_ENDED = re.compile(r"[_^√][\w.°\u0300-\u036f]+$")  # of a script or root: a letter behind it would seem part of it
_ACCENT_NAMES = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot",
                 "\u20d7": "vec", "\u0306": "breve", "\u030c": "check"}  # fmt: skip


@lru_cache(65_536)  # 1 % of a cold build
def unicode_math(tex: str) -> str:
    """Return `tex`, a formula without its delimiters, as text on one line; TeX's spaces at its ends remain."""
    tree = to_tree(tex)
    text = _rough(tex) if tree is None else _text(tree)
    return _SPACES.sub(" ", text.translate(_INVISIBLE))


def linear(tex: str) -> str | None:
    """Return `unicode_math` of `tex`; None if it cannot be converted, so that only TeX says what it means."""
    return None if to_tree(tex) is None else unicode_math(tex)


def mathml_text(tree: ET.Element) -> str:
    """Return a ``<math>`` element of any source, perhaps broken, as `unicode_math` does; changes the tree."""
    annotations = (note for note in tree.iter("annotation") if "tex" in note.get("encoding", "").lower())
    tex = next((note.text for note in annotations if note.text), None)
    if tex:
        return unicode_math(tex).strip()
    for element in tree.iter():
        if len(element) and element.tag != "mtext":  # white space between elements is layout (MathML 3, 2.1.7)
            element.text = None
        if element.tag != "mtext" and (element.tail or "").isspace():
            element.tail = None
    try:
        text = _text(tree)
    except (ValueError, IndexError, RecursionError):  # an element has too many or too few children
        text = tree.get("alttext") or "".join(tree.itertext())
    return _SPACES.sub(" ", text.translate(_INVISIBLE)).strip()


def script(mark: str, text: str) -> str:
    """Return `text` as a superscript (`mark` is ``^``) or subscript (``_``)."""
    text = text.strip()
    if mark == "^" and text and all(character in _ALREADY_RAISED for character in text):
        return "".join(_ALREADY_RAISED[character] for character in text)
    if (mark, text) == ("^", "deg"):
        return "°"
    if mark == "_" and text and _ALREADY_LOWERED.issuperset(text):
        return text
    table = _SUPERSCRIPTS if mark == "^" else _SUBSCRIPTS
    if text and all(character in table for character in text) and len(_LETTERS.findall(text)) <= 2 - (mark == "_"):
        return "".join(table[character] for character in text)
    return f"{mark}{_bracketed(text)}" if text else ""


def _bracketed(text: str) -> str:
    wrapped = text[:1] in "([{|⟨" and text[-1:] in ")]}|⟩"
    is_compound = _NEEDS_BRACKETS.search(text[1:]) or (len(text) > 1 and text[0] in "+−±")
    return f"({text})" if is_compound and not wrapped else text


def _text(element: ET.Element) -> str:
    return _ELEMENTS.get(element.tag, _inside)(element)


def _inside(element: ET.Element) -> str:
    """Return the text of a row, in which no part seems to belong to its neighbour."""
    out = _styleless(element.text or "")
    texts = list(map(_text, element))
    for place, child in enumerate(element):
        text = texts[place]
        following = next((text for text in texts[place + 1 :] if text.strip("\u2061")), "")
        if _is_fraction(child) and (_FACTOR_BEFORE.search(out) or _FACTOR_AFTER.match(following)):
            text = _bracketed(text)
        out += (" " if _seems_joined(out, text) else "") + text
        out += _styleless(child.tail or "")
    return out


def _is_fraction(element: ET.Element) -> bool:
    while element.tag in ("mrow", "mstyle", "mpadded") and len(element) == 1:
        element = element[0]
    return element.tag == "mfrac" and element.get("linethickness") not in _NO_LINE


def _seems_joined(before: str, text: str) -> bool:
    """Return whether `text` needs a space: a function's argument, or a factor behind a script or a root."""
    if not re.match(r"\w|√", text):
        return False
    if before.endswith("\u2061"):
        return re.search(r"[A-Za-z]{2}$|[₀-₉]$", before[-4:].rstrip("\u2061")) is not None
    is_raised = unicodedata.normalize("NFKC", text[0]) != text[0] and text[0] not in _STYLED_SYMBOLS
    return not is_raised and _OPEN_ENDED.search(before[-40:]) is not None


def _styleless(text: str) -> str:
    """Return `text` with plain letters for mathematical alphabets, but for the few that are symbols of their own."""
    if text.isascii():
        return text
    return "".join(_plain_letter(character) for character in text)


def _plain_letter(character: str) -> str:
    if character in _TO_ASCII:
        return _TO_ASCII[character]
    if character in _STYLED_SYMBOLS or not ("ℂ" <= character <= "ℵ" or "𝐀" <= character <= "𝟿"):
        return character
    return unicodedata.normalize("NFKC", character)


def _space(element: ET.Element) -> str:
    return " " if re.match(r"0?\.1[5-9]|0?\.[2-9]|[1-9]", element.get("width", "")) else ""


def _scripts(*marks: str) -> Callable[[ET.Element], str]:
    def text(element: ET.Element) -> str:
        base, *others = map(_text, element)
        return _base(base) + "".join(script(mark, other) for mark, other in zip(marks, others, strict=False))

    return text


def _base(text: str) -> str:
    """Return the base of a script, in brackets if the script would seem to belong to its end alone."""
    return _bracketed(text) if len(text) > 2 and _SUM.search(text[1:]) else text


def _prescripts(element: ET.Element) -> str:
    """Return a base with scripts in front of it and behind it."""
    base, *others = element
    tags = [child.tag for child in others]
    cut = tags.index("mprescripts") if "mprescripts" in tags else len(tags)
    behind, front = others[:cut], others[cut + 1 :]
    return _alternating(front) + _text(base) + _alternating(behind)


def _alternating(scripts: list[ET.Element]) -> str:
    """Return sub- and superscripts, which take turns."""
    return "".join(script("_^"[place % 2], _text(child)) for place, child in enumerate(scripts))


def _sub_and_superscript(element: ET.Element) -> str:
    base, below, above = map(_text, element)
    base = _base(base)
    lowered, raised = script("_", below), script("^", above)
    if above.startswith("+") and below.startswith("−") and "_" in lowered + raised:
        return f"{base} ({above}/{below})"  # an uncertainty, too long for small digits
    return base + lowered + raised


def _over(element: ET.Element) -> str:
    """Return an accent combined with its letter where Unicode can; else as a superscript."""
    base, over = (_text(child).translate(_INVISIBLE) for child in element)
    if over in _ACCENTS or element.get("accent"):
        return _accented(base, _ACCENTS.get(over, ""))
    return base + script("^", over)


def _accented(base: str, accent: str) -> str:
    if len(base) == 1:
        return unicodedata.normalize("NFC", base + accent)
    return f"{_ACCENT_NAMES[accent]}({base})" if accent in _ACCENT_NAMES else base


def _under(element: ET.Element) -> str:
    base, under = map(_text, element)
    return base if element.get("accentunder") else _base(base) + script("_", under)


def _fraction(element: ET.Element) -> str:
    over, under = map(_text, element)
    if element.get("linethickness") in _NO_LINE:
        return f"{over} {under}"
    return f"{_bracketed(over)}/{_bracketed(under)}"


def _root(element: ET.Element) -> str:
    parts = [_text(child) for child in element]
    if element.tag == "mroot":
        return f"{script('^', parts[1])}√{_radicand(parts[0])}"
    return f"√{_radicand(''.join(parts))}"


def _radicand(text: str) -> str:
    wrapped = text.startswith("(") and text.endswith(")")
    return text if len(text) <= 1 or text.isdigit() or wrapped else f"({text})"


_ELEMENTS: dict[str, Callable[[ET.Element], str]] = {
    "mspace": _space, "msub": _scripts("_"), "msup": _scripts("^"), "msubsup": _sub_and_superscript,
    "munderover": _scripts("_", "^"), "mover": _over, "munder": _under, "mfrac": _fraction, "msqrt": _root,
    "mroot": _root, "mtr": lambda row: " ".join(filter(None, map(_text, row))),
    "mtable": lambda rows: "; ".join(map(_text, rows)), "mmultiscripts": _prescripts, "mphantom": lambda _: "",
    "annotation": lambda _: "", "annotation-xml": lambda _: "",
}  # fmt: skip


def _rough(tex: str) -> str:
    """Return TeX that math-core rejects with symbols or names for macros, without braces and delimiters."""
    text = re.sub(r"\\([A-Za-z]+)\s*", lambda macro: symbol(macro[1]) or macro[1], tex)
    return re.sub(r"[{}$]|\\(?=[^A-Za-z])", "", text)
