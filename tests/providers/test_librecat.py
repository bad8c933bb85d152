"""Markup, entities, links and special fields of LibreCat's records, and the pages that show them."""

import html

import pytest

from broadsheet.bibliography.bibtex import bibtex
from broadsheet.bibliography.csl import csl, csl_json
from broadsheet.model.publication import Publication, parse_stream
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.views.citations import Citation
from broadsheet.views.pages.publication import PublicationIndex, page


def record(fields: str) -> Publication:
    (made,), problems = parse_stream(f"---\n_id: '7'\ntype: journal_article\nyear: '2024'\n{fields}\n...\n", "f.yml")
    assert problems == []
    return made


def test_a_record_is_the_same_in_every_format() -> None:
    made = record("title: '{{Deep}} <i>roots</i> of H<sub>2</sub>O &amp; a < b'\npublication: Earth &amp; Sky")
    assert rendering.title(made.title) == "Deep <em>roots</em> of H<sub>2</sub>O &amp; a &lt; b"
    assert r"title = {{Deep \emph{roots} of H\textsubscript{2}O \& a < b}}" in bibtex(made)
    assert r"journal = {Earth \& Sky}" in bibtex(made)
    assert (csl(made)["title"], csl(made)["container-title"]) == ("Deep roots of H₂O & a < b", "Earth & Sky")
    assert "<i>" not in csl_json([csl(made)])


def test_names_and_other_words_of_a_record() -> None:
    made = record(
        "title: T\nauthor: [{first_name: Pat, last_name: O&apos;Brien, full_name: 'O&apos;Brien, Pat'}]\n"
        "publisher: Wiley &amp; Sons\nkeyword: [R&amp;D]\nconference: {name: '<i>AI</i> &amp; Law'}"
    )
    assert (made.authors[0].display, made.publisher, made.keywords) == ("Pat O'Brien", "Wiley & Sons", ("R&D",))
    assert made.conference is not None
    assert rendering.plain(made.conference.name) == "AI & Law"


@pytest.mark.parametrize(
    "fields",
    [
        "external_id: {arxiv: ['arXiv:2405.00001v2 [cs.LG]']}",
        "external_id: {arxiv: 'https://arxiv.org/abs/2405.00001/'}",
        "external_id: {arXiv: [2405.00001]}",
        "main_file_link: [{url: 'https://arxiv.org/abs/2405.00001', open_access: '1'}]",
        "main_file_link: [{url: 'https://arxiv.org/pdf/2405.00001v1.pdf?download=1'}, {url: 'https://a.example/x'}]",
        "main_file_link: [{url: 'https://doi.org/10.48550/arXiv.2405.00001'}]",
        "link: ['http://de.arxiv.org/abs/2405.00001']",
        "doi: 10.48550/arXiv.2405.00001",
        "publication: arXiv\narticle_number: '2405.00001'",
        "publication: 'arXiv preprint arXiv:2405.00001'",
        "external_id: {arxiv: ['2405.00001']}\nmain_file_link: [{url: 'https://arxiv.org/abs/2405.00001v3'}]",
    ],
)
def test_arxiv_ids_of_a_record(fields: str) -> None:
    made = record(f"title: T\n{fields}")
    assert made.arxiv_ids == ("2405.00001",)
    assert made.other_ids == ()
    assert "eprint = {2405.00001}" in bibtex(made)


@pytest.mark.parametrize(
    "fields",
    [
        "main_file_link: [{url: 'https://a.example/2405.00001'}]",
        "publication: Nature\narticle_number: '2405.00001'",
        "publication: arXiv\npage: '0411431'",
        "doi: 10.1234/2405.00001",
        "external_id: {pmid: ['2405.00001']}",
    ],
)
def test_records_without_an_arxiv_id(fields: str) -> None:
    assert record(f"title: T\n{fields}").arxiv_ids == ()


def test_a_patent_keeps_applicants_and_numbers() -> None:
    made = record("title: T\napplicant: [A &amp; B GmbH, Some University]\napplication_number: EP123\nipn: EP000111")
    assert made.applicants == ("A & B GmbH", "Some University")
    assert [(other.kind, other.value) for other in made.other_ids] == [
        ("ipn", "EP000111"),
        ("application_number", "EP123"),
    ]
    assert r"holder = {{A \& B GmbH} and {Some University}}" in bibtex(made)
    assert csl(made)["number"] == "EP000111"


def body(fields: str) -> str:
    made = record(f"title: T\n{fields}")
    return page(made, PublicationIndex.of([made]), [], Settings(), [], {}, Citation.of(made)).body


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            "access_level: closed, embargo: '2020-06-01', embargo_to: open_access",
            "closed until 1 June 2020, then open access",
        ),
        ("access_level: closed, embargo: '2020-06-01'", "closed until 1 June 2020"),
        (
            "access_level: local, embargo: '2020', embargo_to: request",
            "only on the institution's network until 2020, then on request",
        ),
        ("access_level: open_access, embargo: '2020-06-01', embargo_to: open_access", "open access"),
        ("access_level: closed", "closed"),
    ],
)
def test_the_words_on_an_embargo_hold_before_and_after_its_end(fields: str, words: str) -> None:
    assert f">{words}</span></li>" in html.unescape(body(f"file: [{{file_name: x.pdf, {fields}}}]"))


def test_a_patents_page_names_applicants_and_numbers() -> None:
    made = body("applicant: [A GmbH]\nipn: EP000111\napplication_number: EP123")
    for word, value in (("Applicant", "A GmbH"), ("Patent number", "EP000111"), ("Application number", "EP123")):
        assert f"<dt>{word}</dt><dd>{value}</dd>" in made


def test_related_material_has_no_markup() -> None:
    link = "{relation: software, url: 'https://a.example', description: '<i>Code</i> &amp; data'}"
    assert ">Code &amp; data</a>" in body(f"related_material: {{link: [{link}]}}")
