"""What is an arXiv identifier, and which of its spellings mean the same paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.ground.arxiv_id import ArxivId, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2505.18313", ArxivId("2505.18313")),
        (" 2505.18313v12\n", ArxivId("2505.18313", 12)),
        ("0704.0001", ArxivId("0704.0001")),
        ("1412.9999v2", ArxivId("1412.9999", 2)),
        ("arXiv:1501.00001v1", ArxivId("1501.00001", 1)),
        ("ARXIV: 1501.00001", ArxivId("1501.00001")),
        ("oai:arXiv.org:2205.06398v2", ArxivId("2205.06398", 2)),
        ("https://arxiv.org/abs/2505.18313v2?context=cs", ArxivId("2505.18313", 2)),
        ("http://export.arxiv.org/pdf/2505.18313v2.pdf", ArxivId("2505.18313", 2)),
        ("https://doi.org/10.48550/arXiv.2505.18313", ArxivId("2505.18313")),
        ("math/0306266", ArxivId("math/0306266")),
        ("math.GT/0309136v1", ArxivId("math/0309136", 1)),
        ("http://arxiv.org/abs/astro-ph/0601001v1", ArxivId("astro-ph/0601001", 1)),
        ("oai:arXiv.org:hep-th/9901001", ArxivId("hep-th/9901001")),
        ("0411431", ArxivId("0411431", None, resolvable=False)),
        ("9605168v1", ArxivId("9605168", 1, resolvable=False)),
    ],
)
def test_spellings(text: str, expected: ArxivId) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2505.1831",  # a number that lost its last digit
        "1412.00001",
        "0808.05394",
        "0703.0001",
        "2513.00001",
        "2505.00000",
        "2505.18313v0",
        "2505.18313x",
        "٢٥٠٥.١٨٣١٣",
        "2505.18313/../../etc",
        "shelf/0306266",
        "math/0313266",
        "0413431",
        "1234567",
        "10.1093/bioinformatics/btac431",
        "https://example.org/abs/2505.18313",
    ],
)
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=40) | st.from_regex(r"(arXiv:)?[0-9a-z./-]{4,14}(v[0-9])?"))
def test_an_id_means_itself_and_is_safe_in_a_path(text: str) -> None:
    known = parse(text)
    if known is not None:
        assert parse(known.id) == ArxivId(known.id, None, known.resolvable)
        assert known.id.isascii()
        assert known.id.count("/") <= 1
        assert ".." not in known.id
        assert not known.id.startswith("/")
