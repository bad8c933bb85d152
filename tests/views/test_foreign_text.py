"""Titles and names in other scripts have their language and their direction."""

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
