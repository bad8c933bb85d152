r"""Quantities as siunitx writes them: ``\SI{60}{\degree}``, ``\qty{1.25}{\kilo\meter}``, ``\SIrange{1}{5}{m}``.

Source: https://ctan.org/pkg/siunitx, sections 3 and 4
"""

import re
from collections.abc import Callable

_PREFIXES = {
    "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p", "nano": "n", "micro": "µ", "milli": "m",
    "centi": "c", "deci": "d", "deca": "da", "deka": "da", "hecto": "h", "kilo": "k", "mega": "M", "giga": "G",
    "tera": "T", "peta": "P", "exa": "E", "zetta": "Z", "yotta": "Y", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi",
    "tebi": "Ti",
}  # fmt: skip
_UNITS = {
    "ampere": "A", "candela": "cd", "kelvin": "K", "kilogram": "kg", "metre": "m", "meter": "m", "mole": "mol",
    "second": "s", "gram": "g", "becquerel": "Bq", "degreeCelsius": "°C", "celsius": "°C", "coulomb": "C",
    "farad": "F", "gray": "Gy", "hertz": "Hz", "henry": "H", "joule": "J", "lumen": "lm", "lux": "lx", "newton": "N",
    "ohm": "Ω", "pascal": "Pa", "radian": "rad", "siemens": "S", "sievert": "Sv", "steradian": "sr", "tesla": "T",
    "volt": "V", "watt": "W", "weber": "Wb", "astronomicalunit": "au", "bel": "B", "dalton": "Da", "day": "d",
    "decibel": "dB", "electronvolt": "eV", "eV": "eV", "hectare": "ha", "hour": "h", "litre": "L", "liter": "L",
    "arcminute": "′", "arcmin": "′", "minute": "min", "arcsecond": "″", "arcsec": "″", "as": "″", "neper": "Np",
    "tonne": "t", "percent": "%", "degree": "°", "deg": "°", "angstrom": "Å", "bar": "bar", "parsec": "pc",
    "year": "yr", "bit": "bit", "byte": "B", "barn": "b", "atomicmassunit": "u", "gauss": "G", "jansky": "Jy",
    "Msun": "M⊙", "solarmass": "M⊙", "erg": "erg",
}  # fmt: skip
_SHORT = {  # abbreviations that siunitx defines, and the macros for a prefix before each unit
    **{p + u: p.replace("u", "µ") + u for p in ("f", "p", "n", "u", "m", "c", "d", "k", "M", "G", "T", "") for u in (
        "m", "s", "g", "A", "mol", "Hz", "L", "l", "V", "W", "J", "eV", "F", "K", "N", "Pa", "Omega", "pc", "Jy")},
    "ohm": "Ω", "kWh": "kWh", "dB": "dB", "yr": "yr", "Myr": "Myr", "Gyr": "Gyr",
}  # fmt: skip
_POWERS = {"squared": "2", "cubed": "3"}
_NEXT_POWERS = {"square": "2", "cubic": "3"}
_TOKEN = re.compile(
    r"\\(?:tothe|raiseto)\{(?P<power>[^{}]*)\}|\\(?P<macro>[A-Za-z]+)\s*|(?P<space>[.~\s]|\\,)|(?P<other>.)"
)
_SCRIPT = re.compile(r"\^(?:\{([-+−\d/]{1,6})\}|([\d]))")
_RAISED = str.maketrans("0123456789+-−/", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ᐟ")
_UNSPACED = ("°", "′", "″")
_EXPONENT = re.compile(r"(?<=[\d.)])\s*[eEdD]\s*([+-]?\d+)$")


def unit(source: str) -> str:
    r"""Return a unit in characters: ``\meter\per\second`` is m s⁻¹. Anything but siunitx's macros is unchanged."""
    writer = _UnitWriter()
    for token in _TOKEN.finditer(
        _SCRIPT.sub(lambda script: (script[1] or script[2]).translate(_RAISED), source.strip())
    ):
        if token["macro"]:
            writer.add_macro(token["macro"])
        elif token["power"]:
            writer.raise_last(token["power"])
        elif token["other"]:
            writer.add_character(token["other"])
        else:
            writer.is_joining = False
    return " ".join(writer.parts).replace(" ⁻", "⁻").replace(" / ", "/")


class _UnitWriter:
    """A unit in parts, and the prefix, sign and power of the part that follows."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.is_joining = False  # the next character goes on with the last part
        self._prefix, self._is_inverse, self._power = "", False, ""

    def add_macro(self, name: str) -> None:
        if name == "per":
            self._is_inverse = True
        elif name in _PREFIXES:
            self._prefix += _PREFIXES[name]
        elif name in _NEXT_POWERS:
            self._power = _NEXT_POWERS[name]
        elif name in _POWERS:
            self.raise_last(_POWERS[name])
        else:
            power = f"-{self._power or 1}" if self._is_inverse else self._power
            self.parts.append(self._prefix + _UNITS.get(name, _SHORT.get(name, name)) + power.translate(_RAISED))
            self._prefix, self._is_inverse, self._power, self.is_joining = "", False, "", False

    def raise_last(self, power: str) -> None:
        if self.parts:
            self.parts[-1] = self.parts[-1].removesuffix("¹") + power.translate(_RAISED)

    def add_character(self, character: str) -> None:
        if self.parts and self.is_joining:
            self.parts[-1] += character
        else:
            self.parts.append(self._prefix + character)
            self._prefix, self.is_joining = "", True


def number(source: str) -> str:
    """Return a number in characters: ``1.2e-3`` is 1.2×10⁻³, ``5 +- 1`` is 5±1."""
    plain = source.strip().replace("\\pm", "±").replace("+-", "±").replace("\\times", "×").replace("{,}", ",")
    return re.sub(
        r"\s*([±×])\s*", r"\1", _EXPONENT.sub(lambda power: "×10" + power[1].lstrip("+").translate(_RAISED), plain)
    )


def quantity(value: str, source: str) -> str:
    """Return a number with its unit; no space precedes degrees, minutes and seconds of arc."""
    symbol = unit(source)
    return f"{number(value)}{'' if symbol in _UNSPACED else ' '}{symbol}".strip()


def extent(first: str, last: str, source: str = "") -> str:
    """Return a range."""
    return f"{quantity(first, source)} to {quantity(last, source)}"


def enumeration(values: str, source: str = "") -> str:
    """Return a list of numbers, which semicolons separate."""
    quantities = [quantity(value, source) for value in values.split(";") if value.strip()]
    return " and ".join(filter(None, [", ".join(quantities[:-1]), *quantities[-1:]]))


def angle(value: str) -> str:
    """Return degrees; or degrees, minutes and seconds, which semicolons separate."""
    parts = zip(value.split(";"), _UNSPACED, strict=False)
    return "".join(number(part) + sign for part, sign in parts if part.strip())


# macro → (number of arguments, their text)
MACROS: dict[str, tuple[int, Callable[..., str]]] = {
    "SI": (2, quantity), "qty": (2, quantity), "si": (1, unit), "unit": (1, unit), "num": (1, number),
    "ang": (1, angle), "SIrange": (3, extent), "qtyrange": (3, extent), "numrange": (2, extent),
    "SIlist": (2, enumeration), "qtylist": (2, enumeration), "numlist": (1, enumeration),
}  # fmt: skip
_ARGUMENT = r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}"
_CALL = re.compile(
    r"\\(" + "|".join(sorted(MACROS, key=len, reverse=True)) + rf")(?![A-Za-z])\s*(?:\[[^\[\]]*\])?{_ARGUMENT}"
    rf"(?:{_ARGUMENT})?(?:{_ARGUMENT})?"
)


def in_formulas(tex: str) -> str:
    r"""Return `tex` with ``\text{}`` for quantities whose units are macros."""
    return _CALL.sub(_as_text, tex)


def _as_text(call: re.Match[str]) -> str:
    count, write = MACROS[call[1]]
    arguments = [argument for argument in call.groups()[1:] if argument is not None]
    units = arguments[count - 1 : count] if call[1] not in ("num", "numrange", "numlist", "ang") else []
    if len(arguments) != count or (units and "\\" not in units[0]):
        return call[0]
    words = write(*arguments).replace("%", "\\%").replace("^", "ˆ").replace("_", "\\_")
    return call[0] if "\\" in words.replace("\\%", "").replace("\\_", "") else rf"\text{{{words}}}"
