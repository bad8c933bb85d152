"""Pages in a made-up language: all that a page says is translated, or comes from the digest."""

from pathlib import Path

import pytest

from broadsheet.build.build import build
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
