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
    r"""Return a unit in characters: ``\meter\per\second`` is m s⁻¹. What is no macro of siunitx stays as it is."""
    parts: list[str] = []
    prefix, inverse, power, glued = "", False, "", False
    for token in _TOKEN.finditer(_SCRIPT.sub(lambda found: (found[1] or found[2]).translate(_RAISED), source.strip())):
        name = token["macro"]
        if name == "per":
            inverse = True
        elif name in _PREFIXES:
            prefix += _PREFIXES[name]
        elif name in _NEXT_POWERS:
            power = _NEXT_POWERS[name]
        elif name in _POWERS or token["power"]:
            raised = (token["power"] or _POWERS[name or ""]).translate(_RAISED)
            if parts:
                parts[-1] = parts[-1].removesuffix("¹") + raised
        elif name:
            sign = "-" if inverse else ""
            raised = (sign + (power or ("1" if inverse else ""))).translate(_RAISED)
            parts.append(prefix + _UNITS.get(name, _SHORT.get(name, name)) + raised)
            prefix, inverse, power, glued = "", False, "", False
        elif token["space"]:
            glued = False
        elif parts and glued:
            parts[-1] += token["other"]
        else:
            parts.append(prefix + token["other"])
            prefix, glued = "", True
    return " ".join(parts).replace(" ⁻", "⁻").replace(" / ", "/")


def number(source: str) -> str:
    """Return a number in characters: ``1.2e-3`` is 1.2×10⁻³, ``5 +- 1`` is 5±1."""
    plain = source.strip().replace("\\pm", "±").replace("+-", "±").replace("\\times", "×").replace("{,}", ",")
    return re.sub(r"\s*([±×])\s*", r"\1", _EXPONENT.sub(lambda e: "×10" + e[1].lstrip("+").translate(_RAISED), plain))


def quantity(value: str, of: str) -> str:
    """Return a number with its unit; degrees, minutes and seconds of arc stand close to it."""
    name = unit(of)
    return f"{number(value)}{'' if name in _UNSPACED else ' '}{name}".strip()


def extent(first: str, last: str, of: str = "") -> str:
    """Return a range."""
    return f"{quantity(first, of)} to {quantity(last, of)}"


def enumeration(values: str, of: str = "") -> str:
    """Return a list of numbers, which semicolons part."""
    given = [quantity(value, of) for value in values.split(";") if value.strip()]
    return " and ".join([part for part in (", ".join(given[:-1]), given[-1]) if part]) if given else ""


def angle(value: str) -> str:
    """Return degrees; or degrees, minutes and seconds, which semicolons part."""
    parts = zip(value.split(";"), _UNSPACED, strict=False)
    return "".join(number(part) + sign for part, sign in parts if part.strip())


# macro → (number of arguments, the text they make)
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
    r"""Return `tex` with quantities whose units are macros as ``\text{}``."""
    return _CALL.sub(_as_text, tex)


def _as_text(call: re.Match[str]) -> str:
    count, write = MACROS[call[1]]
    arguments = [argument for argument in call.groups()[1:] if argument is not None]
    units = arguments[count - 1 : count] if call[1] not in ("num", "numrange", "numlist", "ang") else []
    if len(arguments) != count or (units and "\\" not in units[0]):
        return call[0]
    words = write(*arguments).replace("%", "\\%").replace("^", "ˆ").replace("_", "\\_")
    return call[0] if "\\" in words.replace("\\%", "").replace("\\_", "") else rf"\text{{{words}}}"
