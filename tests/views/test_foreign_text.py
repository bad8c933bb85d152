"""Titles and names in other scripts have their language and their direction."""

from collections.abc import Iterator

import lxml.html
import pytest
from markdown import markdown as python_markdown

from broadsheet.index.days import Entry
from broadsheet.model.paper import Paper
from broadsheet.settings.config import Settings
from broadsheet.views.foreign_text import attributes, isolated, language, names
from broadsheet.views.markdown import html, markdown
from broadsheet.views.page import Page
from broadsheet.views.paper import PaperRenderer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大语言模型的稀疏注意力机制", "zh"),
        ("大規模言語モデルの疎な注意", "ja"),
        ("대규모 언어 모델의 희소 주의", "ko"),
        ("الانتباه المتناثر في النماذج اللغوية", "ar"),
        ("توجه پراکنده در مدل‌های زبانی بزرگ", "fa"),
        ("קשב דליל במודלים של שפה", "he"),
        ("Разреженное внимание", "ru"),
        ("Αραιή προσοχή", "el"),
        ("Sparse attention", ""),
        ("Über die Wärme: théorie", ""),
        ("Sparse α-attention with 注意 in one word", ""),
        ("On the β-function", ""),
        ("12 + 30", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_script(text: str, expected: str) -> None:
    assert language(text) == expected


def test_names_from_right_to_left_stand_apart() -> None:
    assert isolated("Ada <Lovelace>") == "Ada &lt;Lovelace&gt;"
    assert isolated("מרי קירי & co") == "<bdi>מרי קירי &amp; co</bdi>"
    assert names(["Ada", "محمد الخوارزمي", "Alan"]) == "Ada, <bdi>محمد الخوارزمي</bdi>, Alan"
    assert names(["Ada", "王 小明"]) == "Ada, 王 小明"


def test_a_mixed_title_has_a_direction_but_no_language() -> None:
    assert attributes("Transformers: سريع and other long words of English") == ' dir="auto"'
    assert attributes("Plain") == ""


@pytest.fixture
def arabic() -> Iterator[None]:
    """Pages in Arabic."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("broadsheet.translations._translator.language", "ar")
        yield


@pytest.mark.usefixtures("arabic")
def test_english_on_a_page_in_another_language_says_so() -> None:
    english = ' dir="ltr" lang="en"'
    for text in ("Sparse attention.", "On the β-function.", "Über die Wärme: théorie", "12 + 30."):
        assert attributes(text) == english
        assert attributes(text, "") == ""
        assert attributes(text, "de") == ' dir="ltr" lang="de"'
        assert attributes(text, "ar") == ""
    assert attributes("קשב דליל במודלים של שפה") == ' dir="auto" lang="he"'
    assert attributes("Transformers: سريع and other long words of English") == ' dir="auto"'


@pytest.mark.usefixtures("arabic")
def test_an_english_paper_on_an_arabic_page() -> None:
    paper = Paper(
        arxiv_id="2505.00001",
        title="Is It?",
        abstract="Of things.",
        comment="A remark.",
        arxiv_comment="12 pages.",
        reasons=("It fits.",),
    )
    entry = Entry(date="2025-05-27", paper=paper, rank=1, sources=("arxiv",), first_seen="2025-05-27", topics=())
    article = lxml.html.fromstring(PaperRenderer(Settings(), str, [entry]).papers([entry], {}, abstracts=1, expanded=1))
    texts = {"Is It?", "Of things.", "A remark.", "12 pages.", "It fits."}
    marked = {part.text_content() for part in article.iter() if (part.get("dir"), part.get("lang")) == ("ltr", "en")}
    assert marked == texts
    page = Page(address="papers/2505.00001/", title="Is It?", description="", body="<p>B</p>", title_language="en")
    assert html(page).startswith('<h1 dir="ltr" id="digest" lang="en">')
    assert python_markdown(markdown(page).split("---\n", 2)[2], extensions=["attr_list"]) == html(page)
    assert html(page._replace(title_language="")).startswith('<h1 id="digest">')


def test_a_paper_and_the_heading_of_its_page() -> None:
    title = "קשב דליל במודלים של שפה"
    paper = Paper(arxiv_id="2505.00001", title=title, authors=("Ada Lovelace", "מרי קירי"), abstract="Of things.")
    entry = Entry(date="2025-05-27", paper=paper, rank=1, sources=("arxiv",), first_seen="2025-05-27", topics=())
    article = lxml.html.fromstring(PaperRenderer(Settings(), str, [entry]).papers([entry], {}, abstracts=1, expanded=1))
    (heading,) = article.iter("h2")
    assert (heading.get("lang"), heading.get("dir")) == ("he", "auto")
    assert [name.text for name in article.iter("bdi")] == ["מרי קירי"]
    assert [part.get("dir") for part in article.iter("p")] == [None]
    page = Page(address="papers/2505.00001/", title=title, description="", body="<p>B</p>")
    assert html(page).startswith('<h1 dir="auto" id="digest" lang="he">')
    body = markdown(page).split("---\n", 2)[2]
    assert python_markdown(body, extensions=["attr_list"]) == html(page)
