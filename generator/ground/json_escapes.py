"""Backslashes that JSON ate: a model writes ``"\\beta"`` with one backslash, and the reader gets U+0008 and ``eta``.

JSON (RFC 8259, section 7) knows the escapes b, f, n, r and t. Backspace and form feed stand in no text, so with the
rest of a known macro behind them they are proof. Tab and line ends do stand in texts: there the macro must be in a
formula.
"""

import re

_EATEN = {
    "\b": "eta ar oldsymbol m f inom igl igr ig igg egin egingroup ullet ot oxed ackslash b mod reve ra raket",
    "\f": "rac orall rak lat loor ootnote box",
    "\t": "heta imes au ilde ext extbf extit extrm exttt extsc frac anh an op o riangle riangleq",
    "\r": "ho ight ightarrow angle m ceil floor ightleftharpoons Vert vert",
    "\n": "abla eq eg otin mid parallel earrow onumber ewline",
}


def _macros(*eaten: str) -> re.Pattern[str]:
    rests = (rf"{mark}(?:{'|'.join(sorted(_EATEN[mark].split(), key=len, reverse=True))})" for mark in eaten)
    return re.compile(rf"(?:{'|'.join(rests)})(?![A-Za-z])")


_CERTAIN = _macros("\b", "\f")
_LIKELY = _macros("\t", "\r", "\n")
_FORMULA = re.compile(r"(?<!\\)\$[^$]{1,400}(?<!\\)\$|\\\([^$]{1,400}?\\\)|\\\[[^$]{1,400}?\\\]")
_LETTERS = {"\b": "b", "\f": "f", "\t": "t", "\r": "r", "\n": "n"}


def repair_json_escapes(text: str) -> str:
    """`text` with its TeX macros restored where JSON turned their first letter into a control character."""
    if not any(mark in text for mark in _EATEN):
        return text
    text = _CERTAIN.sub(_restored, text)
    return _FORMULA.sub(lambda formula: _LIKELY.sub(_restored, formula[0]), text)


def _restored(found: re.Match[str]) -> str:
    return "\\" + _LETTERS[found[0][0]] + found[0][1:]
