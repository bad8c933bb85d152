"""The names under which people keep the fields of a paper, and the scales of their scores, translated into ours."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from operator import getitem
from typing import Any, NamedTuple

from broadsheet.model import arxiv_id
from broadsheet.model.arxiv_id import ArxivId
from broadsheet.providers import normalize
from broadsheet.store.records import PAPER_FIELDS

DATE = "date"
SCORES = ("relevance", "novelty")
TARGETS = (*PAPER_FIELDS, DATE, "SCORE", "links.code", "links.project", "links.discussion")
# Where an arXiv id is looked for, in this order. Keys are compared without case, spaces, hyphens and underscores.
ID_KEYS = tuple(
    "arxiv_id arxiv externalIds.ArXiv eprint id paper_id entry_id identifier url abs abs_url link html pdf pdf_url"
    " doi".split()
)
ALTERNATIVES = {
    "abstract": ("summary", "abstracts"),
    "authors": ("author", "author_names", "author(s)"),
    "title": ("paper_title",),
    "categories": ("category", "subjects", "arxiv_categories"),
    "journal_ref": ("journal_reference", "journal"),
    "arxiv_comment": ("arxiv_comments",),
    DATE: ("day",),
}
_OURS = frozenset({*PAPER_FIELDS, DATE, "ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY", "SCORE"})
# Not compiled: most imports ask for none of them.
_LIKE_A_SCORE = r"(?:^|_)(?:scores?|ratings?|relevan\w*|novel\w*|grade|stars?|points|interest\w*|importance)"
_SCALE = r"(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(?:-|\.\.|to)\s*(-?[0-9]{1,6}(?:\.[0-9]{1,6})?)"
_LONGEST_KEY = 60
_MOST_COLUMNS = 30
_USUAL_SCALES = ((1, "0-1"), (100, "0-100"))


def normalize_key(name: str) -> str:
    """Return a key as keys are compared: ``arXiv ID`` is ``arxivid``."""
    return _normalized(name) if len(name) <= _LONGEST_KEY else name


@lru_cache(1024)  # every row has the same keys
def _normalized(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


_FIELD_OF = {
    **{normalize_key(name): name for name in (*PAPER_FIELDS, DATE)},
    **{normalize_key(other): name for name, others in ALTERNATIVES.items() for other in others},
}
_ID_KEYS = tuple(map(normalize_key, ID_KEYS))
_FIRST_KEYS = frozenset(key.partition(".")[0] for key in _ID_KEYS) - {"doi"}


class Scale(NamedTuple):
    """The lowest and the highest score that somebody gives; `low` may be the greater number, where 1 is best."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"

    def convert(self, raw: object) -> object:
        """Return a score on our scale, 1 to 10; for one that is not on this scale, words that say so.

        ``8/10`` says by itself on which scale it is: on ours, unless 10 is the highest score of this one.
        """
        written = normalize.amount(raw)
        if written is None or written.out_of == 10 != max(self):
            return raw
        if written.out_of not in (None, max(self)) or not min(self) <= written.value <= max(self):
            return f"{normalize.excerpt(raw)} (not from {self})"
        return round(1 + 9 * (written.value - self.low) / (self.high - self.low), 2)


def parse_scale(text: str) -> Scale | None:
    """Parse ``0-100``."""
    match = re.fullmatch(_SCALE, text.strip())
    scale = Scale(float(match[1]), float(match[2])) if match else None
    return scale if scale and scale.low != scale.high else None


class FieldMap(NamedTuple):
    """The options of an import: the key under which a field is, and the scale of a score."""

    keys: Mapping[str, str] = {}
    scales: Mapping[str, Scale] = {}

    @property
    def is_empty(self) -> bool:
        """Return whether rows are to be read as they are."""
        return not self.keys and not self.scales

    def apply(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with these fields under our names; a field whose key the row does not have is not in it."""
        if not self.keys:
            return row
        places = {field: find_path(row, key) for field, key in self.keys.items()}
        moved = {place[0] for place in places.values() if len(place) == 1}
        fields = {name: value for name, value in row.items() if name not in moved}
        for field, place in places.items():
            _put(fields, field, reduce(getitem, place, row) if place else None)
        return fields

    def convert(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row, whose fields are under our names, with these scores on our scale."""
        if not self.scales:
            return row
        return {
            name: self.scales[name.lower()].convert(value) if name.lower() in self.scales else value
            for name, value in row.items()
        }

    def met_by(self, rows: Sequence[dict[str, Any]]) -> "FieldMap":
        """Return what of it has a key in any of these rows."""
        keys = {field: key for field, key in self.keys.items() if any(find_path(row, key) for row in rows)}
        fields = {*keys, *map(normalize_key, columns(rows))}
        return FieldMap(keys, {field: scale for field, scale in self.scales.items() if field in fields})

    def unmet_by(self, rows: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
        """Return a message on each option that has no key in any of these rows, and what to do."""
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
            do = f"name the key with --map {named[0]}=KEY, or leave --scale out"
            unmet.append((f"{option}: no row has {' or '.join(named)}", do))
        return [(f"{what}; {describe_columns(rows)}", do) for what, do in unmet]


NO_MAPPING = FieldMap()


def columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the keys of these rows, each once, in the order in which they first stand."""
    return list(dict.fromkeys(name for row in rows for name in row))


def describe_columns(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the keys of these rows as part of a message."""
    names = columns(rows)
    more = f" and {len(names) - _MOST_COLUMNS} more" if len(names) > _MOST_COLUMNS else ""
    return f"the columns are {', '.join(map(normalize.excerpt, names[:_MOST_COLUMNS]))}{more}"


def has_id_column(rows: Sequence[dict[str, Any]], names: FieldMap) -> bool:
    """Return whether an arXiv id may stand in any of these rows: under a usual key, or under one that the user gave."""
    known = {normalize_key(name).partition(".")[0] for name in columns(rows)}
    return not known.isdisjoint({*_FIRST_KEYS, "doi"}) or "arxiv_id" in names.met_by(rows).keys


def find_path(row: object, key: str) -> tuple[str, ...]:
    """Return the names under which `key` stands, which may lead into objects (``externalIds.ArXiv``); () if nowhere.

    Names are compared without case and separators, unless one is the same.
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


# -- names that are understood by themselves -----------------------------------------------------------------------


def translate(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its id and fields under our names, also those spelt otherwise; scores have no other names."""
    if row.keys() <= _OURS:
        return _identify(row)
    fields = dict(row)
    # arXiv's own layout: what it calls a comment is the authors', unless somebody rated the paper.
    plain = {normalize_key(name) for name in row}
    if "summary" in plain and not plain & {"relevance", "novelty", "arxivcomment"}:
        _rename(fields, "comment", "arxiv_comment")
    for name in [name for name in row if name not in _OURS]:
        field = _FIELD_OF.get(normalize_key(name))
        if field and fields.get(field) in (None, "", []) and name in fields:
            fields[field] = fields.pop(name)
    return _identify(fields)


def _rename(fields: dict[str, Any], before: str, after: str) -> None:
    for name in [name for name in fields if normalize_key(name) == before]:
        fields[after] = fields.pop(name)


def find_id(row: dict[str, Any]) -> tuple[str, ArxivId] | None:
    """Return the first usual key under which an arXiv id stands, and the id."""
    names = {normalize_key(name): name for name in reversed(row)}
    for key in _ID_KEYS:
        first, _, inner = key.partition(".")
        name = names.get(key) or names.get(first, "")
        value = row.get(name)
        if isinstance(value, dict):
            value = next((value[part] for part in value if normalize_key(part) == inner), None)
        if isinstance(value, str) and (known := arxiv_id.parse(value)) and known.resolvable:
            return name, known
    return None


def _identify(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its arXiv id as ``arxiv_id``, without the usual keys that say nothing else."""
    place = None if "arxiv_id" in fields or "ARXIVID" in fields else find_id(fields)
    if place is None:
        return fields
    known = place[1]
    others = {
        name: value for name, value in fields.items() if normalize_key(name) not in _FIRST_KEYS or not _says(value, known)
    }
    version = {"version": known.version} if known.version and "version" not in fields else {}
    return {**others, **version, "arxiv_id": known.id}


def _says(value: object, known: ArxivId) -> bool:
    return isinstance(value, str) and (parsed := arxiv_id.parse(value)) is not None and parsed.id == known.id


# -- scores that are there, but not to be understood ---------------------------------------------------------------


def score_like_keys(fields: Mapping[str, Any]) -> list[str]:
    """Return the keys that look like scores: by their name, with a number."""
    return [
        name
        for name, value in fields.items()
        if re.search(_LIKE_A_SCORE, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace(" ", "_"))
        and normalize.amount(value) is not None
    ]


def guess_scale(values: Iterable[float | None]) -> str | None:
    """Return the scale on which these scores seem to be, if it is not ours; a single slip is no scale."""
    numbers = [value for value in values if value is not None]
    if len(numbers) < 2:
        return None
    outside = [value for value in numbers if not 1 <= value <= 10]
    if not outside or min(numbers) < 0 or 2 * len(outside) <= len(numbers):
        return "0-1" if outside and min(numbers) >= 0 and max(numbers) <= 1 else None
    return next((name for highest, name in _USUAL_SCALES if max(numbers) <= highest), None)
