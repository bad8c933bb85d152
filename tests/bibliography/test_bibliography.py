"""BibTeX and CSL-JSON: an independent parser reads back the values of any record."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.bibliography import bibtex_text
from broadsheet.bibliography.bibtex import bibtex
from broadsheet.bibliography.citation_key import citation_key
from broadsheet.bibliography.csl import csl, csl_json
from broadsheet.bibliography.ris import ris
from broadsheet.model import arxiv_id, names, vocabulary
from broadsheet.model.names import Name
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication, parse_records, parse_stream
from broadsheet.text.tex_formulas import formulas


def parsed(text: str) -> dict[str, str]:
    """Return the only entry of a BibTeX text, parsed by bibtexparser."""
    library = parse_string(text)
    assert (len(library.entries), len(library.blocks)) == (1, 1), text
    entry = library.entries[0]
    return {"ENTRYTYPE": entry.entry_type, "ID": entry.key} | {field.key: field.value for field in entry.fields}


def people(value: str) -> list[str]:
    """Return the names of an author field, split outside braces."""
    names = [""]
    depth = 0
    for word in value.split(" "):
        if word == "and" and depth == 0:
            names.append("")
        else:
            names[-1] += f" {word}"
            depth += word.count("{") - word.count("}")
    return [name.strip() for name in names]


def records(corpus: Path, pattern: str) -> list[Publication]:
    return parse_stream(next(corpus.rglob(pattern)).read_text("utf-8"), pattern)[0]


def record(**fields: Any) -> Publication:
    publications, problems = parse_records([{"_id": "7", "type": "journal_article", "title": "T"} | fields], "x")
    assert not problems
    return publications[0]


# -- types ---------------------------------------------------------------------------------------------------------


def table(corpus: Path, name: str) -> dict[str, str]:
    rows = list(csv.reader((corpus / "librecat/LibreCat/fixes/lookup" / name).read_text("utf-8").splitlines()))
    return {row[0]: row[1] for row in rows[1:]}


def test_bibtex_types_are_librecats(corpus: Path) -> None:
    assert table(corpus, "bibtex_types.csv") == vocabulary.BIBTEX_TYPES


def test_csl_types_say_what_librecats_say_or_more_precisely(corpus: Path) -> None:
    finer = {
        "article": {"article", "article-journal", "article-newspaper", "patent", "periodical", "review"},
        "chapter": {"chapter", "paper-conference", "entry-encyclopedia"},
    }
    librecat = table(corpus, "csl_types.csv")
    assert librecat.pop("default") == "article"
    assert all(vocabulary.CSL_TYPES[kind] in finer[word] for kind, word in librecat.items())
    assert set(vocabulary.CSL_TYPES) == set(vocabulary.TYPES)


def test_an_unknown_type_still_has_an_entry() -> None:
    entry = record(type="blog_post")
    assert parsed(bibtex(entry))["ENTRYTYPE"] == "misc"
    assert csl(entry)["type"] == "article"
    assert entry.type_label == "Blog post"


# -- real records --------------------------------------------------------------------------------------------------


def test_bibtex_of_a_conference_paper(corpus: Path) -> None:
    assert parsed(bibtex(records(corpus, "000*")[3])) == {
        "ENTRYTYPE": "inproceedings",
        "ID": "jacot2025wide-20035",
        "author": "Jacot, Arthur and Súkeník, Peter and Wang, Zihan and Mondelli, Marco",
        "title": "{Wide neural networks trained with weight decay provably exhibit neural collapse}",
        "booktitle": "13th International Conference on Learning Representations",
        "publisher": "ICLR",
        "pages": "1905--1931",
        "year": "2025",
        "eventtitle": "ICLR: International Conference on Learning Representations",
        "venue": "Singapore, Singapore",
        "isbn": "9798331320850",
        "eprint": "2410.04887",
        "archiveprefix": "arXiv",
    }


def test_csl_of_a_conference_paper(corpus: Path) -> None:
    item = csl(records(corpus, "000*")[1])
    assert item["author"][0] == {"family": "Emrullah Ildiz", "given": "M."}
    assert item["event-date"] == {"date-parts": [[2025, 4, 24], [2025, 4, 28]]}
    assert (item["type"], item["page"], item["language"]) == ("paper-conference", "2967-3006", "en")
    assert item["URL"] == "https://arxiv.org/abs/2410.18837"


def test_csl_and_bibtex_of_a_journal_article(corpus: Path) -> None:
    entry = records(corpus, "valid-publication.yml")[0]
    item = csl(entry)
    assert (item["DOI"], item["PMID"], item["volume"], item["issue"]) == ("10.1093/jxb/erv066", "25740929", "66", "10")
    assert item["type"] == "article-journal"
    read = parsed(bibtex(entry))
    assert (read["journal"], read["volume"], read["number"]) == ("Journal of Experimental Botany", "66", "10")
    assert len(people(read["author"])) == len(entry.authors) == len(item["author"])


@pytest.mark.parametrize("pattern", ["000*", "publications.yml", "publications_early*", "valid-publication.yml"])
def test_a_parser_reads_back_every_real_record(corpus: Path, pattern: str) -> None:
    for entry in records(corpus, pattern):
        read = parsed(bibtex(entry))
        assert read["ENTRYTYPE"] in (
            vocabulary.BIBTEX_TYPES.get(entry.type, "misc"),
            "misc",
            "article",
            "inbook",
            "book",
        )
        assert read["ID"] == citation_key(entry) == csl(entry)["id"]
        assert read["title"] == "{" + bibtex_text.text(entry.title) + "}"
        assert read.get("year") == entry.year
        written = people(read["author"]) if "author" in read else []
        assert written == [f"{person.last}, {person.first}" for person in entry.authors]


def test_pages_of_a_whole_book_are_a_number(corpus: Path) -> None:
    book = next(p for p in records(corpus, "publications.yml") if p.type == "book")
    assert parsed(bibtex(book))["pagetotal"] == csl(book)["number-of-pages"] == "449"
    assert "page" not in csl(book)


def test_styles_find_the_institution_of_a_report_and_no_publisher_of_other_things() -> None:
    fields = {"publisher": "ISTA", "year": "2025"}
    for kind, name in (("report", "institution"), ("dissertation", "school"), ("research_data", "organization")):
        read = parsed(bibtex(record(type=kind, **fields)))
        assert read[name] == "ISTA"
        assert "publisher" not in read
    bare = parsed(bibtex(record(type="working_paper")))
    assert (bare["ENTRYTYPE"], bare["howpublished"]) == ("misc", "Working paper")


def test_a_misc_entry_says_where_the_work_is() -> None:
    read = parsed(
        bibtex(record(type="blog_post", publication="Blog", volume="3", issue="4", page="5-9", issn="1234-5679"))
    )
    assert read["howpublished"] == "Blog 3(4), 5--9"
    assert not {"volume", "number", "pages", "issn"} & read.keys()


@pytest.mark.parametrize(
    ("status", "said"), [("published", None), ("submitted", "submitted"), ("epub_ahead", "epub ahead")]
)
def test_published_goes_without_saying(status: str, said: str | None) -> None:
    assert csl(record(publication_status=status)).get("status") == said


# -- papers of the digest ------------------------------------------------------------------------------------------

PAPER = Paper(
    arxiv_id="2505.18313",
    title=r"On $x_i^{2}$ \& the 50% rule for Erd\H{o}s graphs",
    authors=("Ada van der Lovelace", "The ATLAS Collaboration", "Martin Luther King, Jr.", "Madonna"),
    categories=("cs.LG", "math.CO"),
    published="2025-05-23T17:00:00Z",
)


def test_bibtex_of_a_preprint() -> None:
    assert bibtex(PAPER) == (
        "@misc{vanderlovelace2025rule,\n"
        "  author = {van der Lovelace, Ada and {The ATLAS Collaboration} and King, Jr., Martin Luther and {Madonna}},\n"
        "  title = {{On $x_i^{2}$ \\& the 50\\% rule for Erdős graphs}},\n"
        "  year = {2025},\n"
        "  eprint = {2505.18313},\n"
        "  archiveprefix = {arXiv},\n"
        "  primaryclass = {cs.LG},\n"
        "  url = {https://arxiv.org/abs/2505.18313}\n"
        "}\n"
    )


def test_csl_of_a_preprint() -> None:
    assert csl(PAPER) == {
        "id": "vanderlovelace2025rule",
        "type": "article",
        "title": "On xᵢ² & the 50% rule for Erdős graphs",
        "author": [
            {"family": "van der Lovelace", "given": "Ada"},
            {"literal": "The ATLAS Collaboration"},
            {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
            {"literal": "Madonna"},
        ],
        "issued": {"date-parts": [[2025, 5, 23]]},
        "publisher": "arXiv",
        "number": "arXiv:2505.18313",
        "DOI": "10.48550/arXiv.2505.18313",
        "URL": "https://arxiv.org/abs/2505.18313",
    }


@pytest.mark.parametrize(
    ("name", "year", "url"),
    [
        ("math/0306266", "2003", "https://arxiv.org/abs/math/0306266"),
        ("hep-th/9901001", "1999", "https://arxiv.org/abs/hep-th/9901001"),
        ("0704.0001", "2007", "https://arxiv.org/abs/0704.0001"),
        ("0411431", "2004", None),
    ],
)
def test_an_identifier_contains_the_year(name: str, year: str, url: str | None) -> None:
    read = parsed(bibtex(Paper(arxiv_id=name, title="T", published="unknown")))
    assert (read["year"], read.get("url"), read.get("eprint")) == (year, url, name if url else None)


# -- names ---------------------------------------------------------------------------------------------------------


NAMES = [
    ("Ada Lovelace", Name("Lovelace", "Ada")),
    ("Lovelace, Ada", Name("Lovelace", "Ada")),
    (r"Ren\'e {\L}ukasz Müller", Name("Müller", "René Łukasz")),
    ("Ludwig van Beethoven", Name("van Beethoven", "Ludwig")),
    ("Maria de la Cruz", Name("de la Cruz", "Maria")),
    ("Van Nguyen", Name("Nguyen", "Van")),
    ("Anh Van Tran", Name("Tran", "Anh Van")),
    ("Andy De Wang", Name("Wang", "Andy De")),
    ("Stef De Sabbata", Name("De Sabbata", "Stef")),
    ("Marwa El Halabi", Name("El Halabi", "Marwa")),
    ("Tom Van Deuren", Name("Van Deuren", "Tom")),
    ("Guy Van den Broeck", Name("Van den Broeck", "Guy")),
    ("Elisabete M. de Gouveia Dal Pino", Name("de Gouveia Dal Pino", "Elisabete M.")),
    ("King, Martin Luther, Jr.", Name("King", "Martin Luther", "Jr.")),
    ("Henry Ford II", Name("Ford", "Henry", "II")),
    ("LIGO Scientific Collaboration", Name(literal="LIGO Scientific Collaboration")),
    ("Team, Qwen", Name(literal="Team, Qwen")),
    ("Plato", Name(literal="Plato")),
    ("Étienne D'Ávila-van der Berg III", Name("D'Ávila-van der Berg", "Étienne", "III")),
    ("Smith, Jr., John", Name("Smith", "John", "Jr.")),
    ("Smith III, John", Name("Smith", "John", "III")),
    ("John Smith V", Name("Smith", "John", "V")),
    ("Karthik V", Name("V", "Karthik")),
    ("John Smith, PhD", Name("Smith", "John")),
    ("Smith, John, Ph.D.", Name("Smith", "John")),
    ("Ann de la Cruz, MD, PhD", Name("de la Cruz", "Ann")),
    ("Lee, MD", Name("Lee", "MD")),
    ("van Dam, MD", Name("van Dam", "MD")),
    ("OpenAI et al.", Name(literal="OpenAI")),
    ("김 철수", Name("김", "철수")),
    ("山田 太郎", Name("山田", "太郎")),
    ("Xin 山田", Name("山田", "Xin")),
    ("Ludwig von und zu Berg", Name("von und zu Berg", "Ludwig")),
    ("Wei Ai", Name("Ai", "Wei")),
    *(
        (team, Name(literal=team))
        for team in (
            "World Health Organization",
            "European Southern Observatory",
            "Google DeepMind",
            "IBM Research",
            "Meta AI",
            "Max Planck Institute for Informatics",
            "Technische Universität Wien",
            "NASA Ames Research Center",
            "Anderson and Sons",
            "Bank of England",
            "University of California, Berkeley",
            "Wellcome Trust",
        )
    ),
    ("{Sloan Digital Sky}", Name(literal="Sloan Digital Sky")),
    (r"{\'E}mile {\L}ukasz", Name("Łukasz", "Émile")),
    ("", Name()),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_names(text: str, name: Name) -> None:
    assert names.of_text(text) == name


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"first_name": "É.", "last_name": "D'Ávila-van der Berg III"}, Name("D'Ávila-van der Berg", "É.", "III")),
        ({"first_name": "World Health", "last_name": "Group"}, Name("Group", "World Health")),
        ({"first_name": "", "last_name": "Wellcome Sanger", "full_name": "Wellcome Sanger"},
         Name(literal="Wellcome Sanger")),
        ({"last_name": "Smith", "full_name": "Smith, John"}, Name("Smith", "John")),
        ({"last_name": "{Royal Sky}"}, Name(literal="Royal Sky")),
        ({"full_name": "{Royal Sky}"}, Name(literal="Royal Sky")),
        ({"full_name": "Max Planck Institute"}, Name(literal="Max Planck Institute")),
        ("Ada Lovelace", Name("Lovelace", "Ada")),
    ],
)  # fmt: skip
def test_names_in_records(person: object, name: Name) -> None:
    assert names.of_person(record(title="T", author=[person]).authors[0]) == name


def test_institutions_are_editors() -> None:
    entry = record(title="T", type="book_editor", corporate_editor=["Royal Sky", "Ars, Electronica"], year="2024")
    assert people(parsed(bibtex(entry))["editor"]) == ["{Royal Sky}", "{Ars, Electronica}"]
    assert csl(entry)["editor"] == [{"literal": "Royal Sky"}, {"literal": "Ars, Electronica"}]


@pytest.mark.parametrize("authors", [("OpenAI et al.",), ("OpenAI", "et al.")])
def test_et_al_means_more_authors(authors: tuple[str, ...]) -> None:
    entry = Paper(arxiv_id="2505.18313", title="T", authors=authors)
    assert people(parsed(bibtex(entry))["author"]) == ["{OpenAI}", "others"]
    assert csl(entry)["author"] == [{"literal": "OpenAI"}]
    assert citation_key(entry) == "openai2025"


@pytest.mark.parametrize("name", ["Barnes and Noble", "A, B, C and D", "and others", "x AND y", "{and}", ", ,"])
def test_a_name_with_an_and_is_one_person(name: str) -> None:
    read = parsed(bibtex(Paper(arxiv_id="2505.18313", title="T", authors=(name, "Ada Lovelace"))))
    assert len(people(read["author"])) == 2


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("In √d steps of 10′", r"In $\surd$d steps of 10${}^\prime$"),
        ("∆-learning ⌊x⌋ ⟶ y ≜ z", r"$\Delta$-learning $\lfloor$x$\rfloor$ $\longrightarrow$ y $\triangleq$ z"),
        ("𝔼[X], 𝛼-fair, 𝓁₁", r"$\mathbb{E}$[X], $\alpha$-fair, $l$\textsubscript{1}"),
        ("Ω̃(T) of λ̂", r"$\tilde{\Omega}$(T) of $\hat{\lambda}$"),
        ("⟨ψ|φ⟩", r"$\langle${}$\psi$|$\varphi${}$\rangle$"),
        ("Man\u0303ana", "Mañana"),
    ],
)
def test_symbols_that_latex_rejects_are_macros(title: str, value: str) -> None:
    assert bibtex_text.text(title) == value


def test_a_conference_of_one_day_has_one_date() -> None:
    conference = {"name": "C", "start_date": "2024-05-01", "end_date": "2024-05-01"}
    assert csl(record(title="T", conference=conference))["event-date"] == {"date-parts": [[2024, 5, 1]]}


def test_an_article_has_its_pages_and_its_number() -> None:
    article = record(title="T", type="journal_article", publication="J", page="1-9", article_number="042")
    read = parsed(bibtex(article))
    assert (read["pages"], read["eid"]) == ("1--9", "042")


def test_a_patent_has_no_host() -> None:
    assert "howpublished" not in parsed(bibtex(record(title="P", type="patent", publication="V", ipn="EP1")))


def test_keywords_are_tex() -> None:
    assert parsed(bibtex(record(title="T", keyword=[r"$\mu$ law", "a_b"])))["keywords"] == r"$\mu$ law, a\_b"


@pytest.mark.parametrize(
    ("page", "ends"),
    [
        ("R12–R19", ["R12", "R19"]),
        ("1-2–1-9", ["1-2", "1-9"]),
        ("12-", ["12"]),
        ("S1–S5, S9", ["S1-S5, S9"]),
    ],
)
def test_ris_has_the_first_and_the_last_page(page: str, ends: list[str]) -> None:
    text = ris(record(title="T", type="journal_article", page=page))
    assert re.findall(r"(?:SP|EP)  - (.*)", text) == ends


# -- keys ----------------------------------------------------------------------------------------------------------


def test_keys_are_safe(corpus: Path) -> None:
    rows = json.loads(next(corpus.rglob("2025-05-27-output.json")).read_text("utf-8"))
    papers = [Paper(arxiv_id=name, title="T", authors=tuple(row["authors"])) for name, row in rows.items()]
    entries: list[Publication | Paper] = [*records(corpus, "000*"), *records(corpus, "publications.yml"), *papers]
    assert len(entries) > 100
    assert all(re.fullmatch(r"[a-z]+(?:\d{4})?[a-z0-9]*(?:-[\w.-]+)?", citation_key(entry)) for entry in entries)


def test_the_index_may_choose_another_key() -> None:
    entry = record(title="T")
    assert parsed(bibtex(entry, "other"))["ID"] == csl(entry, "other")["id"] == "other"


# -- hostile text --------------------------------------------------------------------------------------------------

MARKS = "\\{}$%#&_^~\"'@,=-<>\n\t xü1\u202e\b"
WORDS = r"and \input \write18 \def ^^5c $x$ \frac{a}{b} \begin \end {matrix} \left\{ \url{ \emph{ @misc{ \$ \(".split()
HOSTILE = st.lists(st.sampled_from([*MARKS, *WORDS]), max_size=14).map("".join)
RUN_BY_TEX = re.compile(
    r"(?<!\\)(?:\\\\)*\\(input|write|def|begin|end|url|href|catcode|csname|let|newcommand)(?![A-Za-z])"
)


@given(
    st.dictionaries(
        st.sampled_from(["publication", "publisher", "volume", "page", "place", "doi", "edition"]), HOSTILE
    ),
    HOSTILE,
)
def test_no_field_breaks_the_entry(fields: dict[str, str], title: str) -> None:
    entry = record(**fields, title=f"T {title}", author=[{"first_name": title + "A", "last_name": title + "B"}] * 2)
    written = bibtex(entry)
    read = parsed(written)
    assert read["title"].strip("{}")
    assert len(people(read["author"])) == 2
    assert written.count("\n") == len(read)  # a line for each field and the two around them; type and key are no lines
    assert not set(RUN_BY_TEX.findall(written)) - {"begin", "end"}
    assert "^^" not in written
    assert json.loads(csl_json([csl(entry)])) == [csl(entry)]


@given(HOSTILE | st.text(max_size=30))
def test_values_are_balanced_and_every_formula_closes(source: str) -> None:
    for value in (bibtex_text.text(source), bibtex_text.escaped(source), bibtex_text.verbatim(source)):
        depth = 0
        for brace in re.findall("[{}]", value):
            depth += 1 if brace == "{" else -1
            assert depth >= 0
        assert depth == 0
    bare = re.sub(r"\\[&%$#_\\]", "", bibtex_text.text(source))
    assert bare.count("$") % 2 == 0
    outside = "".join(bare.split("$")[::2])
    assert not re.search(r"[%#&_^~]", outside)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (r"$\left\{x\right.$", r"$\left\lbrace x\right.$"),
        (r"$\begin{matrix}a&b\\c\end{matrix}$", r"$\begin{matrix}a&b\\c\end{matrix}$"),
        ("$a%b$", r"$a\%b$"),
        ("from $5 to $10", r"from \$5 to \$10"),
        (r"\input{/etc/passwd} x", "/etc/passwd x"),
        (r"$x^^5cinput{a}$", r"x\textasciicircum{}\textasciicircum{}5cinputa"),
        (r"H$_2$O is \textbf{wet}", r"H$_2$O is \textbf{wet}"),
        ("$μ$PC and $α_i≤β$x", r"$\mu$PC and $\alpha_i\leq\beta$x"),
        ("μP, μ≤∞, α$x$, 5 × 3", r"$\mu$P, $\mu${}$\leq${}$\infty$, $\alpha${}$x$, 5 × 3"),
        ("Η ελληνική CO₂", r"Η ελληνική CO\textsubscript{2}"),
        ("a } b { c", r"a \textbraceright{} b \textbraceleft{} c"),
    ],
)
def test_what_becomes_of_tex(source: str, written: str) -> None:
    assert bibtex_text.text(source) == written


def test_formulas_of_real_papers_stay_tex(corpus: Path) -> None:
    real_formulas = [
        formula.tex
        for file in sorted((corpus / "scored/cgarling/2025-08").glob("*.json"))[:3]
        for row in json.loads(file.read_text("utf-8")).values()
        for formula in formulas(f"{row['title']}\n{row['abstract']}")
    ]
    convertible = sum(bibtex_text.formula_as_tex(tex) is not None for tex in real_formulas)
    print(f"{convertible} of {len(real_formulas)} formulas stay TeX in BibTeX")
    assert len(real_formulas) > 100
    assert convertible >= 0.98 * len(real_formulas)


def test_every_archive_page_in_a_bibliography_is_a_real_address(corpus: Path) -> None:
    for entry in records(corpus, "000*"):
        assert arxiv_id.parse(csl(entry)["URL"])
