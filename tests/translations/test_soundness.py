"""Faults of a translation are problems before anything is written, and none of its signs is markup."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from broadsheet import translations
from broadsheet.build.build import build
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.translations.soundness import catalogue_faults
from broadsheet.views.share.picture import Picture
from tests.catalogue import catalogue
from tests.example import WITH_IMAGES, make_digest
from tests.translations.pseudo import write_digest

LANGUAGE = "el"
PLURAL_FORMS = b"nplurals=2; plural=(n != 1);"
NUMBER = ("%(number)s day", "%(number)s days")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of translations, which the program uses."""
    monkeypatch.setattr(translations, "FOLDER", tmp_path / "translations")
    yield tmp_path / "translations"
    translations.use(translations.SOURCE)


def compiled(messages: Mapping[Any, Any], plural_forms: bytes = PLURAL_FORMS) -> bytes:
    """Return a compiled catalogue with these messages; a rule of its own has the length of the usual one."""
    result = Catalog(locale=LANGUAGE)
    for message, text in messages.items():
        result.add(message, text)
    stream = BytesIO()
    write_mo(stream, result)
    return stream.getvalue().replace(PLURAL_FORMS, plural_forms.ljust(len(PLURAL_FORMS)))


def write(folder: Path, data: bytes) -> Path:
    """Put a compiled catalogue where the program looks for it."""
    file = folder / LANGUAGE / "LC_MESSAGES" / "broadsheet.mo"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


@pytest.mark.parametrize(
    ("message", "text", "fault"),
    [
        ("Week %(number)s", "Εβδομάδα %(αριθμός)s", "has %(αριθμός)s, for which there is no value"),
        ("Week %(number)s", "Εβδομάδα", "lacks %(number)s"),
        ("Week %(number)s", "%d %(number)s", "begins no placeholder"),
        ("Week %(number)s", "100 % %(number)s", "begins no placeholder"),
        ("Week %(number)s", "%(number) %(number)s", "begins no placeholder"),
        ("Topics", "%(number)s", "has %(number)s, for which there is no value"),
        (NUMBER, ("μέρα", "μέρες"), "lacks %(number)s"),
        (NUMBER, ("%(number)s μέρα", "%(n)s μέρες"), "has %(n)s"),
        ("Topics", "<Topics>", "other tags"),
        ("Topics", "</script>", "other tags"),
        ("Topics", "Topics < x", "has <, which is markup"),
        ("Topics", 'the "topics"', 'has ", which is markup'),
        ("Topics", "the &quot;topics&quot;", "has &quot;, which is markup"),
        ("<b>%(number)s</b> x", "<b>%(number)s x", "other tags"),
        ("<b>%(number)s</b> x", "<b>%(number)s</b> < x", "has <, which is markup"),
        ("<b>%(number)s</b> x", "<b onclick='x'>%(number)s</b> x", "other tags"),
    ],
)
def test_a_wrong_translation_is_a_fault(
    folder: Path, message: str | tuple[str, str], text: str | tuple[str, ...], fault: str
) -> None:
    faults = list(catalogue_faults(write(folder, compiled({message: text}))))
    assert len(faults) == 1
    assert fault in faults[0]


def test_a_right_translation_is_none(folder: Path) -> None:
    messages = {
        NUMBER: ("μία μέρα", "%(number)s μέρες"),
        "%(number)s %%": "%% %(number)s",
        "Highest tenth": "10 % & “πρώτα”",
        "<b>%(number)s</b> x": "x: <b>%(number)s</b>",
    }
    assert list(catalogue_faults(write(folder, compiled(messages)))) == []


@pytest.mark.parametrize(
    "rule", [b"nplurals=1; plural=(n != 1);", b"nplurals=2; plural=(n === 1)", b"nplurals=2; plural=n/0"]
)
def test_a_rule_for_other_forms_is_a_fault(folder: Path, rule: bytes) -> None:
    faults = list(catalogue_faults(write(folder, compiled({NUMBER: ("x %(number)s", "y %(number)s")}, rule))))
    assert len(faults) == 1


def test_a_damaged_translation_stops_a_build_before_it_writes(folder: Path, tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest", {"2025-05-27": []})
    site_file = root / "mkdocs.yml"
    site_file.write_text(site_file.read_text("utf-8").replace("language: en", f"language: {LANGUAGE}"), "utf-8")
    data = compiled({message: message for message in (NUMBER[0], "Topics", "Days")})
    before = sorted(root.rglob("*"))
    for size in (0, 3, 10, 28, 60, len(data) - 30):
        file = write(folder, data[:size])
        with pytest.raises(DigestError, match=r"broadsheet\.mo: cannot be read \(.*\): correct the translation"):
            build(root, processes=1)
    file.unlink()
    assert sorted(root.rglob("*")) == before
    assert config.load(root).site.language == LANGUAGE


def test_no_message_of_the_program_is_a_fault(folder: Path) -> None:
    messages = {message.id: message.id for message in catalogue() if message.id}
    assert list(catalogue_faults(write(folder, compiled(messages)))) == []


def test_signs_that_are_no_markup_stay_what_they_are(folder: Path, tmp_path: Path) -> None:
    result = Catalog(locale=LANGUAGE)
    for message in catalogue():
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            texts = tuple(f"⟦{text if '%' in text else f'100 % & {text}'}’⟧" for text in ids)
            result.add(message.id, texts if message.pluralizable else texts[0], context=message.context)
    stream = BytesIO()
    write_mo(stream, result)
    assert list(catalogue_faults(write(folder, stream.getvalue()))) == []
    root = write_digest(tmp_path / "digest")
    build(root, processes=1)
    pages = {page.relative_to(root).as_posix(): page.read_text("utf-8") for page in (root / "site").rglob("*.html")}
    assert sum("⟦100 % &" in page for page in pages.values()) > 20
    wrong = re.compile(r".{30}(?:100 %%|&amp;amp;).{30}")
    assert {name: match[0] for name, page in pages.items() if (match := wrong.search(page))} == {}


def test_a_translation_of_one_region_is_not_that_of_its_language(folder: Path) -> None:
    file = write(folder, compiled({"Topics": "Θέματα"}))
    file.parent.parent.rename(folder / "el_GR")
    assert translations.translated("el") == translations.translated("el-CY") == "en"
    assert translations.translated("el-GR") == translations.translated("el_GR") == "el-GR"


def test_a_share_image_has_the_date_in_digits_if_the_font_lacks_its_words(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, compiled({"%(weekday)s, %(day)s %(month)s %(year)s": "%(year)s年%(month)s%(day)s日%(weekday)s"}))
    root = make_digest(
        tmp_path / "digest",
        {"2025-05-27": [{"arxiv_id": "2505.00001", "title": "T", "source": "arxiv", "relevance": 8, "novelty": 7}]},
        WITH_IMAGES,
    )
    site_file = root / "mkdocs.yml"
    site_file.write_text(site_file.read_text("utf-8").replace("language: en", f"language: {LANGUAGE}"), "utf-8")
    drawn: list[str] = []
    monkeypatch.setattr(Picture, "text", lambda self, x, y, text, *rest: drawn.append(text))
    build(root, processes=1)
    assert "2025-05-27" in drawn
