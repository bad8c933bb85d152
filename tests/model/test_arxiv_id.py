"""arXiv identifiers, and the spellings of the same paper."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.model.arxiv_id import ArxivId, parse


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
        # As arXiv's own pages, and reference managers after them, cite a paper.
        ("arXiv:1407.5694 [math]", ArxivId("1407.5694")),
        ("arXiv:2405.00001v2 [cs.LG]", ArxivId("2405.00001", 2)),
        ("arXiv:2405.00001v2 [cs.LG] 1 May 2024", ArxivId("2405.00001", 2)),
        ("(arXiv:2405.00001v1 [cs.LG, stat.ML])", ArxivId("2405.00001", 1)),
        ("arXiv:math/0309136 [math.GT]", ArxivId("math/0309136")),
        ("arXiv preprint arXiv:2405.00001", ArxivId("2405.00001")),
        ("arXiv.2501.01234", ArxivId("2501.01234")),
        ("doi:10.48550/arXiv.2501.01234", ArxivId("2501.01234")),
        ("https://doi.org/10.48550%2FarXiv.2501.01234", ArxivId("2501.01234")),
        ("info:arxiv/2501.01234v2", ArxivId("2501.01234", 2)),
        ("info:eu-repo/semantics/altIdentifier/arxiv/2501.01234", ArxivId("2501.01234")),
        ("2025arXiv250101234O", ArxivId("2501.01234")),
        ("2007arXiv0704.0001X", ArxivId("0704.0001")),
        ("https://ui.adsabs.harvard.edu/abs/2025arXiv250101234O/abstract", ArxivId("2501.01234")),
        ("https://ui.adsabs.harvard.edu/abs/arXiv:2501.01234/abstract", ArxivId("2501.01234")),
        ("https://ui.adsabs.harvard.edu/link_gateway/2025arXiv250101234O/arxiv:2501.01234", ArxivId("2501.01234")),
        ("DBLP:journals/corr/abs-2501-01234", ArxivId("2501.01234")),
        ("https://dblp.org/rec/journals/corr/abs-2501-01234.html?view=bibtex", ArxivId("2501.01234")),
        # Versions: apart from the number, and none.
        ("2611.01001 v2", ArxivId("2611.01001", 2)),
        ("2611.01001 (v2)", ArxivId("2611.01001", 2)),
        ("arXiv:2611.01001, version 2", ArxivId("2611.01001", 2)),
        ("arXiv:2611.01001 v2 [cs.LG]", ArxivId("2611.01001", 2)),
        ("hep-th/9901001 v3", ArxivId("hep-th/9901001", 3)),
        ("2611.01001v0", ArxivId("2611.01001")),
        ("https://arxiv.org/abs/2611.01001v0", ArxivId("2611.01001")),
        # In lists of references.
        ("arXiv preprint arXiv:2501.01234 (2025)", ArxivId("2501.01234")),
        ("arXiv preprint arXiv:2501.01234, 2025.", ArxivId("2501.01234")),
        ("CoRR abs/2501.01234", ArxivId("2501.01234")),
        ("CoRR, abs/2501.01234v2, 2025", ArxivId("2501.01234", 2)),
        ("eprint:2501.01234", ArxivId("2501.01234")),
        ("eprint hep-th/9901001", ArxivId("hep-th/9901001")),
        ("eprint = {2501.01234}, archivePrefix", ArxivId("2501.01234")),
        ("eprint={2501.01234}, archivePrefix={arXiv}, primaryClass={cs.LG},", ArxivId("2501.01234")),
        # Files.
        ("2501.01234v2.pdf", ArxivId("2501.01234", 2)),
        ("2501.01234V2", ArxivId("2501.01234", 2)),
        ("arXiv-2501.01234v2.tar.gz", ArxivId("2501.01234", 2)),
        ("hep-th/9901001v2.pdf", ArxivId("hep-th/9901001", 2)),
        # Addresses.
        ("https://arxiv.org/abs/2405.00002/", ArxivId("2405.00002")),
        ("https://arxiv.org/pdf/2405.00002v1.pdf?download=1", ArxivId("2405.00002", 1)),
        ("https://arxiv.org/html/2501.01234v1#S3.F1", ArxivId("2501.01234", 1)),
        ("arxiv.org/abs/2501.01234", ArxivId("2501.01234")),
        ("abs/2501.01234", ArxivId("2501.01234")),
        ("https%3A%2F%2Farxiv.org%2Fabs%2F2501.01234", ArxivId("2501.01234")),
        ("hep-th%2F9901001", ArxivId("hep-th/9901001")),
        ("http://cn.arxiv.org/abs/2501.01234", ArxivId("2501.01234")),
        ("http://de.arxiv.org/pdf/hep-th/9901001", ArxivId("hep-th/9901001")),
        ("http://xxx.lanl.gov/abs/HEP-TH/9901001", ArxivId("hep-th/9901001")),
        ("https://rss.arxiv.org/abs/2501.01234", ArxivId("2501.01234")),
        ("https://www.alphaxiv.org/abs/2501.01234v1", ArxivId("2501.01234", 1)),
        ("https://alphaxiv.org/zh/overview/2501.01234", ArxivId("2501.01234")),
        ("https://huggingface.co/papers/2501.01234", ArxivId("2501.01234")),
        ("https://ar5iv.org/abs/2501.01234", ArxivId("2501.01234")),
        ("https://ar5iv.labs.arxiv.org/html/2501.01234", ArxivId("2501.01234")),
        ("ARXIV:2501.01234", ArxivId("2501.01234")),
        ("https://api.semanticscholar.org/graph/v1/paper/ARXIV:2501.01234", ArxivId("2501.01234")),
        ("https://www.semanticscholar.org/arxiv/2501.01234", ArxivId("2501.01234")),
        ("https://ui.adsabs.harvard.edu/abs/arXiv:2501.01234", ArxivId("2501.01234")),
        ("https://papers.cool/arxiv/2611.01001", ArxivId("2611.01001")),
        ("papers.cool/arxiv/2611.01001", ArxivId("2611.01001")),
        ("arxiv.org/ftp/arxiv/papers/2611/2611.01001.pdf", ArxivId("2611.01001")),
        ("https://arxiv.org/ftp/hep-th/papers/9901/9901001.pdf", ArxivId("hep-th/9901001")),
        ("https://export.arxiv.org/api/query?id_list=2501.01234v2", ArxivId("2501.01234", 2)),
        ("https://arxiv.org/bibtex/2501.01234", ArxivId("2501.01234")),
        ("https://www.arxiv-vanity.com/papers/2501.01234/", ArxivId("2501.01234")),
        ("https://arxiv-sanity-lite.com/?rank=pid&pid=2501.01234", ArxivId("2501.01234")),
        ("https://www.catalyzex.com/paper/arxiv:2501.01234", ArxivId("2501.01234")),
        ("https://www.connectedpapers.com/api/redirect/arxiv/2501.01234", ArxivId("2501.01234")),
        ("https://huggingface.co/papers/2501.01234.md", ArxivId("2501.01234")),
        ("https://api.openalex.org/works/doi:10.48550/arXiv.2501.01234", ArxivId("2501.01234")),
        ("https://api.openalex.org/works/https://doi.org/10.48550/arxiv.2501.01234", ArxivId("2501.01234")),
        ("https://api.datacite.org/dois/10.48550/arXiv.2501.01234", ArxivId("2501.01234")),
        ("https://r.jina.ai/https://arxiv.org/abs/2501.01234", ArxivId("2501.01234")),
        ("https://web.archive.org/web/20250102000000/https://arxiv.org/abs/2501.01234v1", ArxivId("2501.01234", 1)),
        ("https://scholar.archive.org/work/ab12/access/wayback/http://arxiv.org/pdf/2501.01234", ArxivId("2501.01234")),
        # In the brackets and quotation marks of prose.
        ("<https://arxiv.org/abs/2501.01234>", ArxivId("2501.01234")),
        ("[2501.01234](https://arxiv.org/abs/2501.01234)", ArxivId("2501.01234")),
        ("“arXiv:2501.01234v3”.", ArxivId("2501.01234", 3)),
        ("**2501.01234**", ArxivId("2501.01234")),
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
        "2505.18313v01",
        "2505.18313 v",
        "2505.18313 v1234",
        "2505.18313 volume 2",
        "2505.18313, 2",
        "2505.18313 2025",
        "abs-2505-18313",
        "eprint = {0411431}",
        "eprint 2019/1234",
        "CoRR 2505.18313",
        "2505.18313x",
        "٢٥٠٥.١٨٣١٣",
        "2505.18313/../../etc",
        "shelf/0306266",
        "math/0313266",
        "0413431",
        "1234567",
        "10.1093/bioinformatics/btac431",
        "https://example.org/abs/2505.18313",
        "https://notarxiv.org/abs/2501.01234",
        "https://arxiv.org.example.net/abs/2501.01234",
        "https://arxiv.org@example.net/abs/2501.01234",
        "https://huggingface.co/datasets/ada/2501.01234",
        "https://papers.cool/venue/2501.01234",
        "https://notpapers.cool/arxiv/2501.01234",
        "https://notadsabs.harvard.edu/abs/2025arXiv250101234O",
        "https://dblp.example.org/rec/journals/corr/abs-2501-01234",
        "https://r.jina.ai/https://example.org/abs/2501.01234",
        "https://r.jina.ai/2501.01234",
        "https://api.openalex.org/works/2501.01234",
        "https://api.openalex.org/works/doi:10.1000/arXiv.2501.01234",
        "https://export.arxiv.org/api/query?id_list=2501.01234,2501.01235",
        "https://arxiv.org/list/cs.LG/2501",
        "http://arxiv.org/abs/shelf/0306266",
        "10.1234/2501.01234",
        "10.48550/2501.01234",
        "doi:10.1000/arXiv.2501.01234",
        "2501.99",
        "2501.012345",
        "01.02.2025",
        "2025-01-12",
        "+2501.01234",
        "-2501.01234",
        "$2501.01234",
        "2501.01234%",
        "(0411431)",
        "0411431.pdf",
        "2501.01234 12345",
        "2501.01234 and 2501.01235",
        "as in arXiv:2501.01234",
    ],
)
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "arxiv.org/" + "abs/" * 400,
        "arxiv " * 300,
        "arXiv:" + " " * 1900,
        "eprint" + " " * 1900 + "!",
        "2501.01234" + " " * 1900 + "x",
        "2501.01234 [" + "a.a " * 400 + "1",
        "semanticscholar.org/" + "a/" * 900,
        "a." * 990,
        "arxiv.org/" + "papers/2501/" * 160,
        "2501.01234" + "," * 1900 + "v",
        "https://r.jina.ai/" * 100,
        "eprint = {2501.01234}" + ", archivePrefix = {a}" * 90 + "x",
        "(" * 10**6,
    ],
)
def test_long_nonsense_is_none_at_once(text: str) -> None:
    start = time.process_time()
    assert parse(text) is None
    assert time.process_time() - start < 0.5


@given(st.text(max_size=40) | st.from_regex(r"(arXiv:)?[0-9a-z./-]{4,14}(v[0-9])?"))
def test_an_id_means_itself_and_is_safe_in_a_path(text: str) -> None:
    parsed = parse(text)
    if parsed is not None:
        assert parse(parsed.id) == ArxivId(parsed.id, None, parsed.resolvable)
        assert parsed.id.isascii()
        assert parsed.id.count("/") <= 1
        assert ".." not in parsed.id
        assert not parsed.id.startswith("/")
