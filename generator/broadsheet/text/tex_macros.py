"""Meanings of TeX's text macros in running text: characters, styles, omissions."""

import re
from collections.abc import Callable

from broadsheet.text.tex_units import MACROS as QUANTITIES

CHARACTERS: dict[str, str] = {
    # punctuation
    "textemdash": "—", "textendash": "–", "textquotedblleft": "“", "textquotedblright": "”", "textquoteleft": "‘",
    "textquoteright": "’", "textquotesingle": "'", "lq": "‘", "rq": "’", "guillemotleft": "«", "guillemotright": "»",
    "guilsinglleft": "‹", "guilsinglright": "›", "quotedblbase": "„", "textellipsis": "…", "dots": "…", "ldots": "…",
    "cdots": "⋯", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_",
    "textbar": "|", "textless": "<", "textgreater": ">", "textbullet": "•", "textperiodcentered": "·", "slash": "/",
    "textdollar": "$", "textbraceleft": "{", "textbraceright": "}", "lbrace": "{", "rbrace": "}",
    # signs and units
    "S": "§", "P": "¶", "dag": "†", "ddag": "‡", "copyright": "©", "textcopyright": "©", "textregistered": "®",
    "texttrademark": "™", "pounds": "£", "euro": "€", "texteuro": "€", "textmu": "µ", "textdegree": "°", "degr": "°",
    "degree": "°", "deg": "°", "textperthousand": "‰", "textonehalf": "½", "textpm": "±", "texttimes": "×",
    "arcsec": "″", "arcmin": "′", "farcs": "″.", "farcm": "′.", "fdg": "°.", "asec": "″", "amin": "′",
    "micron": "µm", "mum": "µm", "kms": "km s⁻¹", "degsq": "deg²", "Msun": "M⊙", "msun": "M⊙", "Msolar": "M⊙",
    "Lsun": "L⊙", "Rsun": "R⊙", "Zsun": "Z⊙", "sun": "⊙", "angstrom": "Å",
    # abbreviations
    "ie": "i.e.", "eg": "e.g.", "etc": "etc.", "etal": "et al.", "wrt": "w.r.t.", "cf": "cf.", "vs": "vs.",
    "LaTeX": "LaTeX", "TeX": "TeX", "Ha": "Hα", "Hb": "Hβ", "Halpha": "Hα", "halpha": "Hα", "Hbeta": "Hβ",
    # white space and nothing
    "quad": " ", "qquad": " ", "enspace": " ", "space": " ", "par": "\n\n", "newline": " ", "linebreak": " ",
    "item": " ", "indent": "", "noindent": "", "xspace": "", "protect": "", "relax": "", "maketitle": "",
    "centering": "", "displaystyle": "", "textstyle": "", "left": "", "right": "", "null": "",
}  # fmt: skip

ESCAPES: dict[str, str] = {
    "%": "%", "&": "&", "$": "$", "#": "#", "_": "_", "{": "{", "}": "}", "(": "(", ")": ")", "[": "[", "]": "]",
    " ": " ", "\n": " ", "\t": " ", ",": "\N{NARROW NO-BREAK SPACE}", ";": " ", ":": " ", ">": " ", "!": "", "/": "",
    "@": "", "-": "-", "*": "*", "|": "|", "\\": " ", "'": "'", '"': '"', "`": "‘", "^": "^", "~": "~", "=": "=",
    ".": ".", "+": "+", "<": "<",
}  # fmt: skip

# macro with one argument → its HTML element ("" is none; small capitals have none either)
STYLES: dict[str, str] = {
    "textbf": "strong", "textit": "em", "emph": "em", "textsl": "em", "texttt": "code", "textsuperscript": "sup",
    "textsubscript": "sub", "textsc": "small-caps", "textrm": "", "textsf": "", "textup": "", "textmd": "",
    "textnormal": "", "text": "", "mbox": "", "hbox": "", "fbox": "", "underline": "", "uline": "", "sout": "",
    "ensuremath": "", "mathrm": "", "mathbf": "strong", "mathit": "em", "mathtt": "code", "bm": "strong",
    "boldsymbol": "strong", "MakeUppercase": "", "title": "", "section": "",
    "paragraph": "strong", "acl": "", "gls": "", "ac": "",
}  # fmt: skip

# macro that changes the rest of its group → its HTML element
DECLARATIONS: dict[str, str] = {
    "it": "em", "em": "em", "sl": "em", "itshape": "em", "slshape": "em", "bf": "strong", "bfseries": "strong",
    "tt": "code", "ttfamily": "code", "sc": "small-caps", "scshape": "small-caps", "rm": "", "rmfamily": "",
    "sf": "", "sffamily": "", "normalfont": "", "upshape": "", "tiny": "", "scriptsize": "", "footnotesize": "",
    "small": "", "normalsize": "", "large": "", "Large": "", "LARGE": "", "huge": "", "cal": "",
}  # fmt: skip

# macro → (number of its arguments, index of the one that is shown; -1 is none)
ARGUMENTS: dict[str, tuple[int, int]] = {
    "textcolor": (2, 1), "colorbox": (2, 1), "texorpdfstring": (2, 0), "raisebox": (2, 1), "parbox": (2, 1),
    "color": (1, -1), "vspace": (1, -1), "hspace": (1, -1), "begin": (1, -1), "end": (1, -1), "newcommand": (2, -1),
    "renewcommand": (2, -1), "def": (1, -1), "usepackage": (1, -1), "thanks": (1, -1), "footnotemark": (0, -1),
    "index": (1, -1), "todo": (1, -1), "vskip": (0, -1), "nocite": (1, -1), "bibliography": (1, -1),
    "includegraphics": (1, -1), "hyphenation": (1, -1), "phantom": (1, -1), "usefont": (4, -1), "pagestyle": (1, -1),
    "comment": (1, -1),
}  # fmt: skip

LINKS = frozenset(["href", "url", "hyperlink", "nolinkurl"])

# Reference macros whose argument is a key for machines; ``\\citet`` stands for a name and keeps it.
REFERENCES = re.compile(
    r"[\s~]{0,9}\\(?:cite|citep|citealp|parencite|autocite|supercite|label|ref|eqref|cref|Cref|autoref|pageref)\*?"
    r"(?:\[[^\[\]]*\]){0,2}\{[^{}]*\}"
)

_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _ion(element: str, charge: str) -> str:
    """Return ``\\ion{He}{2}`` with a Roman numeral: I is the neutral atom."""
    is_listed = charge.isdecimal() and len(charge) < 3 and int(charge) < len(_ROMAN)  # `int` has a limit of digits
    return f"{element} {_ROMAN[int(charge)] if is_listed else charge.upper()}"


def _chemistry(formula: str) -> str:
    return re.sub(r"(?<=[A-Za-z)\]])\d+", lambda count: count[0].translate(_LOWERED), formula)


# macro → (number of arguments, their text)
TEMPLATES: dict[str, tuple[int, Callable[..., str]]] = {
    "ion": (2, _ion), "species": (2, _ion), "ce": (1, _chemistry),
    "iso": (2, lambda mass, element: mass.translate(_RAISED) + element),
    **QUANTITIES,
    "nicefrac": (2, "{}/{}".format), "sfrac": (2, "{}/{}".format),
    "citet": (1, "[{}]".format), "citealt": (1, "[{}]".format), "citeauthor": (1, "[{}]".format),
    "citeyear": (1, "[{}]".format),
}  # fmt: skip
