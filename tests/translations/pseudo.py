"""A made-up language in which every word of a message is in brackets, and a digest whose data has no Latin letter.

In a site made of both, a Latin letter outside brackets belongs to a string that nobody can translate.
"""

import re
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from lxml import html

from broadsheet import translations
from tests.catalogue import catalogue
from tests.example import ROOT

LANGUAGE = "el"  # the theme's own words in it have no Latin letter either
GREEK = str.maketrans(string.ascii_letters, "αβγδεζηθικλμνξοπρστυφχψωϊϋ" + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫ")
_PLACEHOLDER = re.compile(r"(%\(\w+\)s|%%|<[^<>]*>|&\w+;|https?:\S+)")
LATIN = re.compile(r"[A-Za-z]")
# The keys of the data whose values people wrote.
_WRITTEN = {
    *("title", "authors", "abstract", "comment", "model", "first_name", "last_name", "full_name", "text", "apa", "mla"),
    *("publication", "name", "file_name", "description", "example", "relevant", "irrelevant", "short", "notice"),
    *("site_name", "site_description", "departments", "reasons", "errors", "words"),
}
# Names of formats, services and identifiers; arXiv's word for a paper that it announces in another category, too.
_NAMES = re.compile(
    r"\b(?:arXiv|PDF|DOI|ORCID|BibTeX|RIS|CSL-JSON|JSON Lines|JSON Feed|JSON|SQLite|Markdown|RSS|Atom|OPML|APA|MLA"
    r"|HTML|Broadsheet|LibreCat|Hugging Face|Feedly|Inoreader|NewsBlur|The Old Reader|Feedbin|ISBN|ISSN|USD|kB|MB"
    r"|cross|v\d|10\.1000/bound|cs\.LG|stat\.ML|librecat|ista|[\w-]+(?:\.(?:md|json|jsonl|bib|html|opml|xml|gz|sqlite))+)\b"
    r"|https?://\S+"
)
_ATTRIBUTES = ("aria-label", "title", "alt", "placeholder")
_UNREAD = {"script", "style", "code", "pre", "kbd", "math"}


def bracketed(message: str) -> str:
    """Return a message with brackets around its words; what is put into it stays outside them."""
    parts = _PLACEHOLDER.split(message)
    return "".join(f"⟦{part}⟧" if index % 2 == 0 and LATIN.search(part) else part for index, part in enumerate(parts))


def pseudo_catalogue(plural_rule: str = "nplurals=2; plural=(n != 1)") -> bytes:
    """Return the compiled catalogue of the made-up language; the forms of a plural after the second are its last."""
    result = Catalog(locale=LANGUAGE)
    result.mime_headers = [("Plural-Forms", plural_rule)]
    for message in catalogue():
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else message.id
            texts = [*map(bracketed, ids), *[bracketed(ids[-1])] * (result.num_plurals - len(ids))]
            result.add(message.id, tuple(texts) if message.pluralizable else texts[0], context=message.context)
    stream = BytesIO()
    write_mo(stream, result)
    return stream.getvalue()


def write_pseudo_locale(folder: Path) -> None:
    """Write the made-up language into a folder of translations."""
    file = folder / LANGUAGE / "LC_MESSAGES" / f"{translations.DOMAIN}.mo"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pseudo_catalogue())


@pytest.fixture(scope="module")
def pseudo_locale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put the made-up language where the program finds it."""
    folder = tmp_path_factory.mktemp("translations")
    write_pseudo_locale(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translations, "FOLDER", folder)
        yield
    translations.use(translations.SOURCE)


def write_digest(root: Path) -> Path:
    """Write the digest of the golden pages into `root`, with Greek letters in what people wrote."""
    source = ROOT / "tests" / "golden" / "input"
    for file in sorted(source.rglob("*")):
        if file.is_file():
            target = root / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_translated(file), "utf-8")
    site_file = (ROOT / "mkdocs.yml").read_text("utf-8").replace("language: en", f"language: {LANGUAGE}")
    site_file = re.sub(r"(?m)^site_(name|description): .*", r"site_\1: Σελίδα", site_file)
    nav = re.compile(r"(?m)^  - \w+: (?=\w+/?(?:index)?\S*$)")
    site_file = re.sub(r"(?ms)^      - .*?\n(?=\S)", "", nav.sub("  - Σελίδα: ", site_file))
    site_file = site_file.replace("  - Manual:\n", "")
    (root / "mkdocs.yml").write_text(site_file, "utf-8")
    (root / "docs").mkdir(exist_ok=True)
    return root


def _translated(file: Path) -> str:
    text = file.read_text("utf-8")
    if file.suffix == ".yml":
        documents = [_greek(document) for document in yaml.safe_load_all(text) if document]
        return yaml.safe_dump_all(documents, allow_unicode=True)
    if file.suffix == ".json":
        return msgspec.json.encode(_greek(msgspec.json.decode(text))).decode()
    return "".join(msgspec.json.encode(_greek(msgspec.json.decode(line))).decode() + "\n" for line in text.splitlines())


def _greek(value: Any, key: str = "") -> Any:
    """Return a value of the data with Greek letters where people wrote it."""
    if isinstance(value, dict):
        if key in ("dropped", "unscored"):  # reasons, as the data has them
            value = {name.translate(GREEK) if key == "dropped" else name: text for name, text in value.items()}
            return {name: text.translate(GREEK) if isinstance(text, str) else text for name, text in value.items()}
        if key in ("sources", "departments"):
            return {n: t.translate(GREEK) if isinstance(t, str) else _greek(t) for n, t in value.items()}
        return {name: _greek(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_greek(inner, key) for inner in value]
    return value.translate(GREEK) if isinstance(value, str) and key in _WRITTEN else value


def foreign_texts(page: bytes) -> list[str]:
    """Return the texts of an HTML page that have a Latin letter outside brackets."""
    return [text for text in _texts(page) if LATIN.search(_NAMES.sub("", re.sub(r"⟦[^⟦⟧]*⟧", "", text)))]


def _texts(page: bytes) -> Iterator[str]:
    for element in html.document_fromstring(page.decode()).iter():
        if isinstance(element.tag, str):
            if element.tag not in _UNREAD and element.text:
                yield element.text.strip()
            is_metadata = element.get("class") == "Z3988"  # COinS, for programs
            yield from (element.get(name, "") for name in _ATTRIBUTES if not is_metadata)
            if element.get("name") == "description" or element.get("property", "") in ("og:title", "og:description"):
                yield element.get("content", "")
        parent = element.getparent()
        if element.tail and parent is not None and parent.tag not in _UNREAD:
            yield element.tail.strip()
