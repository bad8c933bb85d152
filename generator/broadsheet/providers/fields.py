"""Translation of foreign field names and score scales into ours."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import getitem
from typing import Any, NamedTuple

from broadsheet.model import arxiv_id
from broadsheet.model.arxiv_id import ArxivId
from broadsheet.providers import normalize
from broadsheet.store.records import PAPER_FIELDS

DATE = "date"
SCORES = ("relevance", "novelty")
TARGETS = (*PAPER_FIELDS, DATE, "SCORE", "links.code", "links.project", "links.discussion")
# The keys of an arXiv id, in order of preference. Keys are compared without case, spaces, hyphens and underscores.
ID_KEYS = tuple(
    "arxiv_id arxiv externalIds.ArXiv eprint id paper_id entry_id identifier url abs abs_url link html pdf pdf_url"
    " doi".split()
)
ALTERNATIVES = {
    "abstract": ("summary", "abstracts", "abstract_note"),
    "authors": ("author", "author_names", "author(s)"),
    "title": ("paper_title",),
    "categories": ("category", "subjects", "arxiv_categories"),
    "journal_ref": ("journal_reference", "journal"),
    "arxiv_comment": ("arxiv_comments",),
    DATE: ("day", "date_added"),
}
_OURS = frozenset({*PAPER_FIELDS, DATE, "ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY", "SCORE"})
# Not compiled, since most imports need none of them.
_LIKE_A_SCORE = r"(?:^|_)(?:scores?|ratings?|relevan\w*|novel\w*|grade|stars?|points|interest\w*|importance)"
_SCALE = r"(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(?:-|\.\.|to)\s*(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)"
_MAX_COLUMNS = 30
_COMMON_SCALES = ((1, "0-1"), (100, "0-100"))


def normalize_key(name: str) -> str:
    """Return a key in the form in which keys are compared: ``arxivid`` for ``arXiv ID``."""
    return "".join(name.lower().split()).replace("_", "").replace("-", "")


_FIELD_OF = {
    **{normalize_key(name): name for name in (*PAPER_FIELDS, DATE)},
    **{normalize_key(other): name for name, others in ALTERNATIVES.items() for other in others},
}
_ID_KEYS = tuple(map(normalize_key, ID_KEYS))
_FIRST_KEYS = frozenset(key.partition(".")[0] for key in _ID_KEYS) - {"doi"}


class Scale(NamedTuple):
    """The worst and the best score of a scale; `low` is the greater number if 1 is best."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"

    def convert(self, raw: object) -> object:
        """Return a score on our scale, 1 to 10; for a score that is not on this scale, a text that says so.

        ``8/10`` names its scale, which is ours unless 10 is also the highest score of this one.
        """
        amount = normalize.amount(raw)
        if amount is None or amount.out_of == 10 != max(self):
            return raw
        if amount.out_of not in (None, max(self)) or not min(self) <= amount.value <= max(self):
            return f"{normalize.excerpt(raw)} (not from {self})"
        return round(1 + 9 * (amount.value - self.low) / (self.high - self.low), 2)


def parse_scale(text: str) -> Scale | None:
    """Parse ``0-100``."""
    match = re.fullmatch(_SCALE, text.strip())
    scale = Scale(float(match[1]), float(match[2])) if match else None
    return scale if scale and scale.low != scale.high else None


class FieldMap(NamedTuple):
    """The options --map and --scale of an import: the key of a field, and the scale of a score."""

    keys: Mapping[str, str] = {}
    scales: Mapping[str, Scale] = {}

    @property
    def is_empty(self) -> bool:
        """True if rows need no translation by options."""
        return not self.keys and not self.scales

    def apply(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with the mapped fields under our names, without fields whose key is missing."""
        if not self.keys:
            return row
        paths = {field: find_path(row, key) for field, key in self.keys.items()}
        moved = {path[0] for path in paths.values() if len(path) == 1}
        fields = {name: value for name, value in row.items() if name not in moved}
        for field, path in paths.items():
            _put(fields, field, reduce(getitem, path, row) if path else None)
        return fields

    def convert(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with our field names, with its scores on our scale."""
        if not self.scales:
            return row
        return {
            name: self.scales[name.lower()].convert(value) if name.lower() in self.scales else value
            for name, value in row.items()
        }

    def met_by(self, rows: Sequence[dict[str, Any]]) -> "FieldMap":
        """Return the options whose key is in one of the rows."""
        keys = {field: key for field, key in self.keys.items() if any(find_path(row, key) for row in rows)}
        fields = {*keys, *map(normalize_key, columns(rows))}
        return FieldMap(keys, {field: scale for field, scale in self.scales.items() if field in fields})

    def unmet_by(self, rows: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
        """Return a message and a hint for each option without a key in the rows."""
        met = self.met_by(rows)
        unmet = [
            (f"--map {field}={key}: no row has the key {normalize.excerpt(key)}", "name one of these")
            for field, key in self.keys.items()
            if field not in met.keys
        ]
        others = {field: scale for field, scale in self.scales.items() if scale not in met.scales.values()}
        for scale in dict.fromkeys(others.values()):
            named = [field for field in others if others[field] == scale]
            option = f"--scale {'' if len(named) > 1 else f'{named[0]}='}{scale.low:g}-{scale.high:g}"
            hint = f"name the key with --map {named[0]}=KEY, or leave --scale out"
            unmet.append((f"{option}: no row has {' or '.join(named)}", hint))
        return [(f"{message}; {describe_columns(rows)}", hint) for message, hint in unmet]


NO_MAPPING = FieldMap()


def columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the distinct keys of rows, in order of appearance."""
    return list(dict.fromkeys(name for row in rows for name in row))


def describe_columns(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the keys of rows as part of a message."""
    names = columns(rows)
    more = f" and {len(names) - _MAX_COLUMNS} more" if len(names) > _MAX_COLUMNS else ""
    return f"the columns are {', '.join(map(normalize.excerpt, names[:_MAX_COLUMNS]))}{more}"


def has_id_column(rows: Sequence[dict[str, Any]], names: FieldMap) -> bool:
    """Return whether rows have a key of arXiv ids: a common key or one that the user mapped."""
    keys = {normalize_key(name).partition(".")[0] for name in columns(rows)}
    return not keys.isdisjoint({*_FIRST_KEYS, "doi"}) or "arxiv_id" in names.met_by(rows).keys


def find_path(row: object, key: str) -> tuple[str, ...]:
    """Return the path of `key`, which may lead into objects (``externalIds.ArXiv``); () if the row has no such key.

    An equal name comes first; else names are compared without case and separators.
    """
    if not isinstance(row, dict):
        return ()
    if (name := _name_in(row, key)) is not None:
        return (name,)
    first, _, rest = key.partition(".")
    name = _name_in(row, first) if rest else None
    inner = find_path(row[name], rest) if name is not None else ()
    return (name, *inner) if name is not None and inner else ()


def _name_in(row: dict[str, Any], key: str) -> str | None:
    if key in row:
        return key
    plain = normalize_key(key)
    return next((name for name in row if normalize_key(name) == plain), None)


def _put(fields: dict[str, Any], field: str, value: Any) -> None:
    plain = normalize_key(field)
    for other in [name for name in fields if normalize_key(name) == plain]:
        del fields[other]
    if value is None:
        return
    outer, _, inner = field.partition(".")
    if inner:
        links = fields.get(outer)
        fields[outer] = {**(links if isinstance(links, dict) else {}), inner: value}
    else:
        fields[field] = value


# -- names that need no option -------------------------------------------------------------------------------------


def translate(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its id and fields under our names. Scores have no alternative names."""
    if row.keys() <= _OURS:
        return _identify(row)
    fields = dict(row)
    if "Date Added" in row and "Item Type" in row:
        _adapt_zotero(fields)
    # In arXiv's own layout `comment` is the authors' comment, unless the row has a rating.
    plain = {normalize_key(name) for name in row}
    if "summary" in plain and not plain & {"relevance", "novelty", "arxivcomment"}:
        _rename(fields, "comment", "arxiv_comment")
    for name in [name for name in row if name not in _OURS]:
        field = _FIELD_OF.get(normalize_key(name))
        if field and fields.get(field) in (None, "", []) and name in fields:
            fields[field] = fields.pop(name)
    return _identify(fields)


def _adapt_zotero(fields: dict[str, Any]) -> None:
    """Adapt a row of Zotero's table: "Date" is the day of publication, and "Lee, Ann" is one author."""
    if "Date" in fields:
        fields["publication_date"] = fields.pop("Date")
    if isinstance(author := fields.get("Author"), str):
        fields["Author"] = f"{author};"


def _rename(fields: dict[str, Any], before: str, after: str) -> None:
    for name in [name for name in fields if normalize_key(name) == before]:
        fields[after] = fields.pop(name)


def find_id(row: dict[str, Any]) -> tuple[str, ArxivId] | None:
    """Return the first common key with an arXiv id, and the id."""
    # An object of papers by id has many keys; no key of an id begins with a digit.
    names = {normalize_key(name): name for name in reversed(row) if not name[:1].isdigit()}
    for key in _ID_KEYS:
        first, _, inner = key.partition(".")
        name = names.get(key) or names.get(first, "")
        value = row.get(name)
        if isinstance(value, dict):
            value = next((value[part] for part in value if normalize_key(part) == inner), None)
        if isinstance(value, str) and (parsed := arxiv_id.parse(value)) and parsed.resolvable:
            return name, parsed
    return None


def _identify(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its arXiv id as ``arxiv_id``, without other keys that hold only the same id."""
    match = None if "arxiv_id" in fields or "ARXIVID" in fields else find_id(fields)
    if match is None:
        return fields
    paper_id = match[1]
    others = {
        name: value
        for name, value in fields.items()
        if normalize_key(name) not in _FIRST_KEYS or not _holds_id(value, paper_id)
    }
    version = {"version": paper_id.version} if paper_id.version and "version" not in fields else {}
    return {**others, **version, "arxiv_id": paper_id.id}


def _holds_id(value: object, paper_id: ArxivId) -> bool:
    return isinstance(value, str) and (parsed := arxiv_id.parse(value)) is not None and parsed.id == paper_id.id


# -- scores under unknown keys or on unknown scales ----------------------------------------------------------------


def score_like_keys(fields: Mapping[str, Any]) -> list[str]:
    """Return the keys with the name of a score and a number as value."""
    return [
        name
        for name, value in fields.items()
        if re.search(_LIKE_A_SCORE, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace(" ", "_"))
        and normalize.amount(value) is not None
    ]


def guess_scale(values: Iterable[float | None]) -> str | None:
    """Return the likely scale of scores if it is not ours. One value out of range is a slip."""
    numbers = [value for value in values if value is not None]
    if len(numbers) < 2:
        return None
    outside = [value for value in numbers if not 1 <= value <= 10]
    if not outside or min(numbers) < 0 or 2 * len(outside) <= len(numbers):
        return "0-1" if outside and min(numbers) >= 0 and max(numbers) <= 1 else None
    return next((name for highest, name in _COMMON_SCALES if max(numbers) <= highest), None)
