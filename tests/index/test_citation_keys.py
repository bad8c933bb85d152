"""Citation keys: one for each work, and the same for ever."""

import re
from typing import Any

import pytest

from broadsheet.bibliography.citation_key import citation_key, longer_key
from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication, parse_records
from broadsheet.settings.config import Settings
from tests.index.test_related import Memory


def paper(name: str, title: str, author: str = "Ada Lovelace", **fields: Any) -> Paper:
    return Paper(arxiv_id=name, title=title, authors=(author,), **fields)


def record(**fields: Any) -> Publication:
    publications, problems = parse_records([{"_id": "7", "title": "T", "year": "2025"} | fields], "x")
    assert not problems
    return publications[0]


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        (paper("2505.18313", "PLUMAGE: Probabilistic Low rank Estimators", "Matan Haroush"), "haroush2025plumage"),
        (paper("2505.18313", "On the Use of S-MNN", "Stef De Sabbata"), "desabbata2025use"),
        (paper("2505.18313", r"$\mu$PC: Scaling to 100+ Layers", r"\L{}ukasz \v{C}ern\'y"), "cerny2025pc"),
        (paper("2505.18313", "3D Gaussian Splatting is All You Need", "Søren Ørsted"), "orsted2025gaussian"),
        (paper("2505.18313", "What Are They?", "The ATLAS Collaboration"), "theatlascollaboration2025"),
        (paper("math/0309136", r"\'Etale maps", "李明"), "anonymous2003etale"),
        (record(title="Échelles", author=[{"first_name": "M.", "last_name": "Emrullah Ildiz"}]),
         "emrullahildiz2025echelles-7"),
        (record(title="Proceedings", editor=["Groß, Ölaf"], _id="book_1"), "gross2025proceedings-book_1"),
    ],
)  # fmt: skip
def test_keys_that_people_like(entry: Paper | Publication, key: str) -> None:
    assert citation_key(entry) == key


class Works(Memory):
    """An archive in memory that also has publications."""

    works: tuple[Publication, ...] = ()

    def publications_fingerprint(self) -> str:
        return repr(self.works)

    def publications(self) -> list[Publication]:
        return list(self.works)


def keys(catalogue: Index, date: str) -> dict[str, str]:
    other = catalogue.paper_keys(date)
    return {e.paper.arxiv_id: other.get(e.paper.arxiv_id, citation_key(e.paper)) for e in catalogue.day(date)}


def test_the_paper_that_was_shown_first_keeps_its_key() -> None:
    archive = Works({"2025-05-02": (paper("2505.00002", "Learning A"), paper("2505.00003", "Learning B"))})
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(archive)
    before = {"2505.00002": "lovelace2025learning", "2505.00003": "lovelace2025learning:2505.00003"}
    assert keys(catalogue, "2025-05-02") == before
    # An older paper that is shown later, and a day without them.
    archive.change("2025-05-05", (paper("2505.00001", "Learning C"), paper("2505.00009", "Rest")))
    catalogue.refresh(archive)
    assert keys(catalogue, "2025-05-02") == before
    assert keys(catalogue, "2025-05-05") == {
        "2505.00001": "lovelace2025learning:2505.00001",
        "2505.00009": "lovelace2025rest",
    }


@pytest.mark.parametrize("created", ["2020-01-01", "2025-05-02", "2025-06-01"])
def test_publications_take_no_keys_of_papers_and_have_unique_ones(created: str) -> None:
    archive = Works({"2025-05-02": (paper("2505.00002", "Learning A"),)})
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(archive)
    fields = {"title": "Learning", "author": ["Lovelace, Ada"], "date_created": created}
    published = record(**fields, external_id={"arxiv": "2505.00002"})
    archive.works = (published, record(**fields, _id="8"))
    catalogue.refresh(archive)
    assert keys(catalogue, "2025-05-02") == {"2505.00002": "lovelace2025learning"}
    assert list(map(citation_key, archive.works)) == ["lovelace2025learning-7", "lovelace2025learning-8"]


def test_only_a_day_that_is_filled_in_earlier_takes_a_key() -> None:
    archive = Works({"2025-05-05": (paper("2505.00005", "Learning"), paper("2505.00006", "Rest"))})
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(archive)
    archive.change("2025-05-02", (paper("2505.00002", "Learning"),))
    catalogue.refresh(archive)
    assert keys(catalogue, "2025-05-02") == {"2505.00002": "lovelace2025learning"}
    assert keys(catalogue, "2025-05-05") == {
        "2505.00005": "lovelace2025learning:2505.00005",
        "2505.00006": "lovelace2025rest",
    }


def test_a_new_title_keeps_the_old_key() -> None:
    archive = Works({"2025-05-02": (paper("2505.00002", "Learning A"),)})
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(archive)
    archive.change("2025-05-08", (paper("2505.00002", "Unlearning A", version=2),))
    catalogue.refresh(archive)
    for date in archive.days:
        assert keys(catalogue, date) == {"2505.00002": "lovelace2025learning"}


def test_a_day_that_goes_frees_its_keys() -> None:
    archive = Works(
        {"2025-05-02": (paper("2505.00002", "Learning"),), "2025-05-05": (paper("2505.00005", "Learning"),)}
    )
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(archive)
    version = catalogue.version("paper_keys", ("2025-05-05",))
    archive.change("2025-05-02", None)
    catalogue.refresh(archive)
    assert catalogue.paper_keys("2025-05-05") == {}
    assert catalogue.version("paper_keys", ("2025-05-05",)) != version


def test_longer_keys_are_apart_from_others() -> None:
    names = ["2505.18313", "math/0309136", "a b", "20032"]
    longer = [longer_key("a2025b", name) for name in names]
    assert len(set(longer)) == len(longer)
    assert all(re.fullmatch(r"a2025b:[A-Za-z0-9./_-]+", key) for key in longer)
