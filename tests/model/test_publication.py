"""LibreCat records as publications: valid ones, messages of rejected ones, and no exceptions."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.model import vocabulary
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.model.publication import Publication, duplicate_ids, parse_records, parse_stream
from broadsheet.model.publication_parts import Conference, License, Person

RECORD = {"_id": "7", "type": "preprint", "title": "A title", "status": "public"}


def read(**fields: Any) -> Publication:
    """Return the publication of a minimal record with `fields`."""
    publications, problems = parse_records([RECORD | fields], "x.json")
    assert not problems
    return publications[0]


def refused(**fields: Any) -> Diagnostic:
    publications, problems = parse_records([RECORD | fields], "x.json")
    assert not publications
    return problems[0]


@pytest.fixture(scope="module")
def seed(corpus: Path) -> list[Publication]:
    """The seven records of ISTA's Research Explorer."""
    file = next(corpus.glob("seeds/000*"))
    publications, problems = parse_stream(file.read_text("utf-8"), file.name)
    assert not problems
    return publications


def samples(corpus: Path, name: str) -> tuple[list[Publication], list[Diagnostic]]:
    file = next((corpus / "librecat").rglob(name))
    return parse_stream(file.read_text("utf-8"), name)


# -- real records --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("Published Version", "⟦published version⟧"),
        ("preprint", "⟦preprint⟧"),
        ("Version of Record", "version of record"),
    ],
)
def test_the_version_of_an_open_file_is_a_word_of_the_site(
    word: str, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.model.vocabulary.gettext", "⟦{}⟧".format)
    assert vocabulary.version(word) == label


def test_the_seven_records_of_the_seed(seed: list[Publication]) -> None:
    assert [p.id for p in seed] == ["20032", "20033", "20034", "20035", "20036", "20037", "20038"]
    record = seed[3]
    assert record.title == "Wide neural networks trained with weight decay provably exhibit neural collapse"
    assert (record.type, record.year, record.date, record.page) == ("conference", "2025", "2025-04-01", "1905–1931")
    assert record.authors[1] == Person(name="Súkeník, Peter", first="Peter", last="Súkeník")
    assert record.authors[3].orcid == "0000-0002-3242-7020"
    assert record.conference == Conference(
        name="ICLR: International Conference on Learning Representations",
        location="Singapore, Singapore",
        start="2025-04-24",
        end="2025-04-28",
    )
    assert (record.departments, record.isbn, record.languages) == (("MaMo",), ("9798331320850",), ("eng",))
    assert (record.open_access, record.access, record.oa_version) == (True, "diamond", "Published Version")
    assert record.license == License(name="CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/")
    assert (record.files[0].name, record.files[0].size) == ("2025_ICLR_Jacot.pdf", 1_337_236)
    assert record.projects[0].grant_number == "101161364"
    assert sorted(record.citations) == ["ama", "apa", "chicago", "ieee", "ista", "mla", "short"]


def test_an_arxiv_id_with_a_space_behind_it_is_cleaned(seed: list[Publication]) -> None:
    assert seed[6].arxiv_ids == ("2501.12486",)
    assert [related.url for related in seed[0].related] == ["https://github.com/IST-DASLab/ScalableMNN"]


def test_a_record_knows_the_line_it_begins_on(corpus: Path, seed: list[Publication]) -> None:
    lines = next(corpus.glob("seeds/000*")).read_text("utf-8").split("\n")
    for publication in seed:
        number = int(publication.where.rpartition(":")[2])
        assert lines[number - 2] == "---"
        assert f"_id: '{publication.id}'" in lines[number - 1 : number + 2]


@pytest.mark.parametrize(
    ("name", "good", "private"),
    [
        ("publications.yml", 17, [726]),
        ("publications_2017-06-28_3b02ef71.yml", 18, [576]),
        ("publications_dev_2020-02-24_c0a88653.yml", 17, [614]),
        ("publications_early_1c2eb6fa.yml", 1, []),
        ("valid-publication.yml", 1, []),
        ("valid-publication-no-citation.yml", 1, []),
    ],
)
def test_librecats_own_samples_come_in(corpus: Path, name: str, good: int, private: list[int]) -> None:
    publications, problems = samples(corpus, name)
    assert len(publications) == good
    assert [problem.location for problem in problems] == [f"{name}:{line}" for line in private]
    assert all(problem.is_note for problem in problems), "a private record is no fault"


def test_every_type_of_the_samples_has_a_name_in_words(corpus: Path) -> None:
    publications, _ = samples(corpus, "publications.yml")
    labels = {p.type: p.type_label for p in publications}
    assert len(labels) == len(publications)
    assert labels["encyclopedia_article"] == "Encyclopedia article"
    assert not any("_" in label for label in labels.values())


def test_the_dialect_of_2015(corpus: Path) -> None:
    text = next(corpus.rglob("demo_publication_2015.yml")).read_text("utf-8")
    (record,), problems = parse_stream(text, "demo.yml")
    assert (record.type, problems) == ("misc", [])
    assert record.authors == (Person(name="Einstein, Albert", first="Albert", last="Einstein"),)
    assert (record.volume, record.issue, record.page, record.year) == ("20", "5", "5–24", "2015")


def test_identifiers_of_early_records_are_no_lists(corpus: Path) -> None:
    record = samples(corpus, "publications_early_1c2eb6fa.yml")[0][0]
    assert (record.isi, record.pmid) == (("000356223900015",), ("25740929",))
    assert record.doi_url == "https://doi.org/10.1093/jxb/erv066"
    assert len(record.citations) == 17


def test_a_handle_is_no_doi(corpus: Path) -> None:
    record = next(p for p in samples(corpus, "publications.yml")[0] if p.type == "book")
    assert record.doi is None
    assert [(other.kind, other.value) for other in record.other_ids] == [("doi", "1854/LU-5964365")]


def test_documents_may_follow_three_dots_without_three_hyphens(corpus: Path) -> None:
    publications, problems = samples(corpus, "urls.yml")
    assert not publications
    assert [str(problem).partition(": add")[0] for problem in problems] == [
        "urls.yml:2: record 1 has no title",
        "urls.yml:6: record 2 has no title",
        "urls.yml:9: record 3 has no title",
    ]


def test_the_invalid_sample_is_refused(corpus: Path) -> None:
    publications, problems = samples(corpus, "invalid-publication.yml")
    assert not publications
    what = "record 666666666 has no title: add it in the repository and export the record again"
    assert [str(problem) for problem in problems] == [f"invalid-publication.yml:2: {what}"]


# -- streams -------------------------------------------------------------------------------------------------------

GOOD = "_id: {}\ntype: preprint\ntitle: T\n"


def test_a_broken_document_does_not_stop_the_others() -> None:
    text = f"---\n{GOOD.format(1)}...\n---\n_id: 2\ntitle: 'never closed\n...\n---\n{GOOD.format(3)}"
    publications, problems = parse_stream(text, "x.yml")
    assert [(p.id, p.where) for p in publications] == [("1", "x.yml:2"), ("3", "x.yml:11")]
    assert [problem.location for problem in problems] == ["x.yml:8"]
    assert problems[0].message.startswith("not YAML: ")


def test_scalars_stay_text() -> None:
    publications, _ = parse_stream("_id: 010\ntype: preprint\ntitle: No\npage: 1e3\nvolume: 12:30:00\n", "x.yml")
    assert [(p.id, p.title, p.page, p.volume) for p in publications] == [("010", "No", "1e3", "12:30:00")]


def test_a_list_of_records_in_one_document() -> None:
    publications, _ = parse_stream(
        "# all\n- {_id: 1, type: book, title: A}\n-\n  _id: 2\n  type: book\n  title: B\n", "x.yml"
    )
    assert [(p.id, p.where) for p in publications] == [("1", "x.yml:2"), ("2", "x.yml:4")]


def test_a_byte_order_mark_directives_comments_and_windows_lines() -> None:
    text = "\ufeff%YAML 1.1\n--- # first\n" + GOOD.format(1) + "...\n# nothing more\n"
    publications, problems = parse_stream(text.replace("\n", "\r\n"), "x.yml")
    assert ([p.where for p in publications], problems) == (["x.yml:3"], [])


def test_a_duplicate_key_is_a_problem() -> None:
    publications, problems = parse_stream(GOOD.format(1) + "title: U\n", "x.yml")
    assert not publications
    assert [(p.location, p.message) for p in problems] == [
        ("x.yml:4", "not YAML: the key 'title' is repeated in a record")
    ]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_deep_nesting_neither_crashes_nor_takes_long(opening: str) -> None:
    publications, problems = parse_stream(opening * 100_000, "x.yml")
    assert not publications
    assert [str(p) for p in problems] == [
        "x.yml:1: not YAML: nested more than 50 deep: fix the line; the other records were read"
    ]


def test_aliases_do_not_multiply() -> None:
    laughs = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    text = GOOD.format(1) + "\n".join(laughs) + "\nkeyword: *a29\nauthor: &self [*self, {full_name: B}]\n"
    publications, problems = parse_stream(text, "x.yml")
    assert not problems
    assert publications[0].authors == (Person(name="B"),)


@pytest.mark.parametrize("page", ["<html><body>Bad gateway</body></html>", "just a sentence", "42"])
def test_a_page_that_is_no_record(page: str) -> None:
    publications, problems = parse_stream(page, "x.yml")
    assert (publications, len(problems)) == ([], 1)


# -- fields --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["private", "deleted", "new", "submitted", "returned"])
def test_only_public_records_are_published(status: str) -> None:
    problem = refused(status=status)
    assert problem.is_note
    assert problem.message == f"record 7 is {status}"
    assert parse_records([{"_id": "7", "status": status}], "x")[1] == [msgspec.structs.replace(problem, location="x")]


@pytest.mark.parametrize(
    "bad", ["../x", "a/b", "a b", ".x", "x.", "a..b", "years", "Index", "ü", "x" * 81, "a\nb", '"><b>']
)
def test_ids_that_cannot_be_part_of_an_address(bad: str) -> None:
    problem = refused(_id=bad)
    assert "cannot be part of an address" in problem.message
    assert not problem.is_note


@pytest.mark.parametrize(
    ("fields", "year", "date"),
    [
        ({"year": "2016", "publication_date": "2916-09-23"}, "2016", "2016"),
        ({"year": 2025, "date_published": "2024-12-30T00:00:00Z"}, "2025", "2024-12-30"),
        ({"defense_date": "2014-03"}, "2014", "2014-03"),
        ({"year": "soon"}, None, None),
        ({"year": "2020", "date_published": "2020-02-31"}, "2020", "2020"),
    ],
)
def test_dates(fields: dict[str, Any], year: str | None, date: str | None) -> None:
    record = read(**fields)
    assert (record.year, record.date) == (year, date)


@pytest.mark.parametrize(
    ("fields", "access"),
    [
        ({}, "closed"),
        ({"oa": 1}, "open"),
        ({"oa": "1", "OA_type": "Gold"}, "gold"),
        ({"oa": 0, "OA_type": "gold"}, "closed"),
        ({"file": [{"file_name": "a", "access_level": "open_access"}]}, "open"),
        ({"main_file_link": [{"url": "https://a.example/", "open_access": "1"}]}, "open"),
        ({"main_file_link": [{"url": "https://a.example/"}]}, "closed"),
    ],
)
def test_open_access(fields: dict[str, Any], access: str) -> None:
    assert read(**fields).access == access


@pytest.mark.parametrize(
    ("value", "license"),
    [
        ("cc_by_nc_4_0", License(name="CC BY-NC 4.0", url="https://creativecommons.org/licenses/by-nc/4.0/")),
        (
            "https://creativecommons.org/licenses/by/3.0/",
            License(name="CC BY 3.0", url="https://creativecommons.org/licenses/by/3.0/"),
        ),
        ("All rights reserved", License(name="All rights reserved")),
        ("javascript:alert(1)", License(name="javascript:alert(1)")),
        ("", None),
    ],
)
def test_licences(value: str, license: License | None) -> None:
    assert read(license=value).license == license


def test_arxivs_own_doi_names_the_preprint() -> None:
    record = read(
        doi="https://doi.org/10.48550/arXiv.2501.12486", external_id={"arxiv": ["arXiv:2501.12486v2 ", "nonsense"]}
    )
    assert (record.doi, record.arxiv_ids) == ("10.48550/arXiv.2501.12486", ("2501.12486",))
    assert [(other.kind, other.value) for other in record.other_ids] == [("arxiv", "nonsense")]


def test_what_is_hidden_stays_hidden() -> None:
    hidden = {"file_name": "a", "relation": "hidden"}
    record = read(
        file=[hidden, {"file_name": "b", "date_deleted": "2020-01-01T00:00:00Z"}, {"file_name": "c", "embargo": "NA"}],
        related_material={"record": [{"id": "8", "relation": "hidden"}, {"id": 9, "relation": "cites"}]},
    )
    assert [(file.name, file.access_level, file.embargo) for file in record.files] == [("c", "closed", None)]
    assert [(related.id, related.relation) for related in record.related] == [("9", "cites")]


def test_a_repeated_id_is_reported_with_both_places() -> None:
    publications, _ = parse_stream(f"---\n{GOOD.format(1)}---\n{GOOD.format(2)}---\n{GOOD.format(1)}", "x.yml")
    assert [str(p) for p in duplicate_ids(publications)] == [
        "x.yml:10: publication 1 is also at x.yml:2: keep one of the records"
    ]
    assert len(duplicate_ids([read(), read(), read(_id="8")])) == 1


# -- anything ------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    "_id title type status year date_published author editor corporate_editor department publication page pages volume"
    " conference abstract citation file license tmp oa OA_type doi external_id publication_identifier urn"
    " main_file_link link url project related_material keyword language date_updated".split()
) | st.sampled_from(
    "first_name last_name full_name orcid text lang url relation id record link file_name name iso".split()
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4)


VALUES = st.recursive(SCALARS, _nested, max_leaves=12)


@given(st.dictionaries(KEYS, VALUES, max_size=12), st.booleans())
def test_no_record_raises_and_what_comes_in_survives_json(record: dict[str, Any], minimal: bool) -> None:
    publications, problems = parse_records([record | RECORD if minimal else record], "x")
    assert len(publications) + len(problems) == 1
    assert publications or not minimal
    for publication in publications:
        assert msgspec.json.decode(msgspec.json.encode(publication), type=Publication) == publication


@given(st.text(alphabet=st.sampled_from("-. \n:#{}[]'\"&*!|>%?,a1_\t\r\u0085\u2028\u0008\ud800"), max_size=60))
def test_no_stream_raises(text: str) -> None:
    publications, problems = parse_stream(text, "x.yml")
    assert not publications
    assert all(problem.location.startswith("x.yml:") for problem in problems)
    assert all(1 <= int(problem.location[6:]) <= text.count("\n") + text.count("\r") + 1 for problem in problems)


@given(st.lists(st.dictionaries(st.sampled_from(["keyword", "abstract", "citation"]), VALUES, max_size=3), max_size=4))
def test_yaml_and_json_say_the_same(records: list[dict[str, Any]]) -> None:
    plain = [RECORD | {"_id": str(n)} | _as_text(record) for n, record in enumerate(records)]
    text = yaml.safe_dump_all(plain, explicit_start=True, explicit_end=True)
    from_yaml, problems = parse_stream(text, "x")
    assert not problems
    assert [msgspec.structs.replace(p, where="x") for p in from_yaml] == parse_records(plain, "x")[0]


def _as_text(value: Any) -> Any:
    """Return the value with text for every scalar, as a YAML parser without types does."""
    if isinstance(value, dict):
        return {str(key).encode("utf-8", "ignore").decode(): _as_text(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return str(value).encode("utf-8", "ignore").decode().replace("\ufeff", "")
