"""Addresses of pages, and their Markdown."""

import re
from urllib.parse import urljoin

import markdown as python_markdown
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from broadsheet.views.markdown import markdown
from broadsheet.views.page import FeedLink, Page, page_url, relative


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("index.md", ""),
        ("about.md", "about/"),
        ("topics/index.md", "topics/"),
        ("daily/2025/05/27.md", "daily/2025/05/27/"),
    ],
)
def test_the_address_of_a_page(path: str, url: str) -> None:
    assert page_url(path) == url


@pytest.mark.parametrize(
    ("target", "base", "link"),
    [
        ("", "", "./"),
        ("about/", "", "about/"),
        ("", "about/", "../"),
        ("topics/x/", "topics/y/", "../x/"),
        ("feeds/all.xml", "daily/2025/05/27/", "../../../../feeds/all.xml"),
        ("daily/2025/05/27/#a", "daily/2025/05/28/", "../27/#a"),
        ("about/#a", "about/", "#a"),
    ],
)
def test_links_are_relative(target: str, base: str, link: str) -> None:
    assert relative(target, base) == link
    assert urljoin(f"https://host.example/repo/{base}", link) == f"https://host.example/repo/{target}"


ADDRESSES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=5).map(lambda parts: "".join(f"{x}/" for x in parts))


@given(ADDRESSES, st.sampled_from(["", "x.xml", "#f", "x.html#f/g"]), ADDRESSES)
def test_links_lead_where_they_should(folder: str, rest: str, base: str) -> None:
    site = "https://host.example/repo/"
    assert urljoin(site + base, relative(folder + rest, base)) == site + folder + rest


@given(st.text(), st.text())
def test_no_title_or_description_escapes_its_place(title: str, description: str) -> None:
    feed = FeedLink(title, "feeds/all.xml")
    text = markdown(Page(address="a/", title=title, description=description, body="<div>body</div>", feeds=(feed,)))
    _, front, body = text.split("---\n", 2)
    meta = yaml.safe_load(front)
    assert meta["title"] == str(escape(title))
    assert meta["description"] == str(escape(description))
    assert meta["feeds"][0]["title"] == str(escape(title))
    html = python_markdown.markdown(body, extensions=["attr_list", "tables", "toc"])
    heading = html.partition("</h1>")[0]
    assert re.match(r'<h1( dir="auto")? id="digest"( lang="[a-z]{2}")?>', heading)
    assert heading.count("<") == 1
