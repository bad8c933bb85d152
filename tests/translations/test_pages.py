"""Pages in a made-up language: all that a page says is translated, or comes from the digest."""

from pathlib import Path

import pytest

from broadsheet import translations
from broadsheet.build.build import build
from broadsheet.build.search_index import FOLDER
from broadsheet.views.render import environment
from tests.example import tree
from tests.translations.pseudo import LANGUAGE, foreign_texts, pseudo_locale, write_digest

__all__ = ["pseudo_locale"]


@pytest.fixture(scope="module")
def site(pseudo_locale: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the small digest in the made-up language, with a page by hand."""
    root = write_digest(tmp_path_factory.mktemp("digest"))
    (root / "docs" / "manual").mkdir()
    (root / "docs" / "manual" / "start.md").write_text("# Αρχή\n\nΚείμενο.\n", "utf-8")
    build(root, processes=1)
    return root / "site"


def test_every_text_of_a_page_is_translated_or_data(site: Path) -> None:
    pages = {page.relative_to(site).as_posix(): page.read_bytes() for page in sorted(site.rglob("*.html"))}
    assert len(pages) > 20
    foreign = {name: texts for name, page in pages.items() if (texts := foreign_texts(page))}
    assert foreign == {}


def test_a_page_says_the_language_of_its_words(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert f'<html lang="{LANGUAGE}"' in page.read_text("utf-8"), page


def test_what_a_message_contains_is_escaped(pseudo_locale: None) -> None:
    source = (
        "{% trans subject %}Not meant: {{ subject }}{% endtrans %} {{ gettext('RSS of %(topic)s', topic=subject) }}"
    )
    hostile = """<b title='">%(x)s 100 %"""
    escaped = "&lt;b title=&#39;&#34;&gt;%(x)s 100 %"
    translations.use(LANGUAGE)
    assert environment().from_string(source).render(subject=hostile) == f"⟦Not meant: ⟧{escaped} ⟦RSS of ⟧{escaped}"
    translations.use("en")
    assert environment().from_string(source).render(subject=hostile) == f"Not meant: {escaped} RSS of {escaped}"


@pytest.mark.parametrize("language", ["de", "../el", "el/LC_MESSAGES", "", "el" * 5_000])
def test_a_language_without_translation_is_english(pseudo_locale: None, language: str) -> None:
    assert translations.translated(language) == "en"
    assert translations.translated(f"{LANGUAGE}-GR") == translations.translated(f"{LANGUAGE}_GR") == LANGUAGE


def test_after_a_change_of_the_language_the_search_has_its_words(pseudo_locale: None, tmp_path: Path) -> None:
    root = write_digest(tmp_path)
    file = root / "mkdocs.yml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(f"language: {LANGUAGE}", "language: en"), "utf-8")
    build(root, processes=1)
    file.write_text(text, "utf-8")
    build(root, processes=1)
    changed = tree(root / "site" / FOLDER)
    build(root, processes=1, full=True)
    assert changed == tree(root / "site" / FOLDER)
