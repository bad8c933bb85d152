"""``broadsheet score`` on the command line with a model server: its output, its streams and its exit codes."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.build.generate import generate
from broadsheet.store.records import decode_receipt
from tests import model_server
from tests.example import SETTINGS, digest, make_digest, paper
from tests.model_server import KEY, ModelServer

DAY = "2025-05-27"
SCORER = """\
rubric:
  relevance: [{low: 1, high: 10, name: All, description: "<b>Everything</b> & more", example: 'p < 0.05'}]
prompt:
  system: " You read preprints & <judge> them.  "
  user: |
    Rate as {"RELEVANCE": 7}: *every* line_of_it.

    {rubric}

    {topics}

    {papers}
llm:
  model: model-1
  prices: {model-1: {prompt: 2.5, completion: 10}}
"""


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(KEY) as running:
        yield running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    bare = {"relevance": None, "novelty": None, "comment": None}
    rows = [{k: v for k, v in paper(f"2505.1000{n}", **bare).items() if v is not None} for n in range(3)]
    return make_digest(tmp_path, {DAY: rows}, SETTINGS + SCORER)


@pytest.fixture
def environment(server: ModelServer) -> dict[str, str]:
    return {"DIGEST_LLM_URL": server.url, "DIGEST_LLM_KEY": KEY, "DIGEST_LLM_MODEL": ""}


def test_scoring_a_day_prints_one_line(root: Path, environment: dict[str, str], server: ModelServer) -> None:
    done = digest("score", "--date", DAY, "--root", root, "--budget", "1.00", env=environment)
    cost = server.tokens.prompt * 2.5e-6 + server.tokens.completion * 10e-6
    told = f"{server.tokens.total:,} tokens, cost ${cost:,.4f}"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{DAY}: 3 papers scored by model-1, 0 unscored; {told}\n"
    again = digest("score", "--date", DAY, "--root", root, env=environment)
    assert again.stdout == f"{DAY}: 0 papers scored by model-1, 0 unscored; 0 tokens, cost $0.00\n"
    assert len(server.request_ids) == 1


NO_LLM = {"DIGEST_LLM_URL": "", "DIGEST_LLM_KEY": "", "DIGEST_LLM_MODEL": ""}


@pytest.mark.parametrize(
    ("imported", "new", "words"),
    [
        (3, 0, "3 local scores added"),
        (1, 2, "2 papers scored by the local scorer, 0 unscored; 1 local score added"),
    ],
)
def test_added_local_scores_are_reported(imported: int, new: int, words: str, tmp_path: Path) -> None:
    bare = {"relevance": None, "novelty": None, "comment": None}
    rows = [paper(f"2505.1000{n}", **(bare if n >= imported else {})) for n in range(imported + new)]
    make_digest(tmp_path, {DAY: [{k: v for k, v in row.items() if v is not None} for row in rows]})
    done = digest("score", "--date", DAY, "--root", tmp_path, env=NO_LLM)
    assert (done.returncode, done.stdout) == (0, f"{DAY}: {words}\n")


def test_local_scores_beside_those_of_a_language_model_cost_nothing(
    root: Path, environment: dict[str, str], server: ModelServer
) -> None:
    path = root / f"data/papers/2025/{DAY}.jsonl"
    rows = [json.loads(line) | {"relevance": 7, "novelty": 5} for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    done = digest("score", "--date", DAY, "--root", root, env=environment)
    assert (done.returncode, done.stdout) == (0, f"{DAY}: 3 local scores added\n")
    report = json.loads(digest("score", "--date", DAY, "--root", root, "--json", env=environment).stdout)
    assert (report["scored"], report["local_scores_added"], server.request_ids) == (0, 0, [])


def test_unscored_papers_are_listed_and_end_in_one(
    root: Path, environment: dict[str, str], server: ModelServer
) -> None:
    server.on("2505.10001", model_server.declining)
    done = digest("score", "--date", DAY, "--root", root, "--quiet", env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "2505.10001: unscored: declined: content filter\n"
    report = json.loads(digest("score", "--date", DAY, "--root", root, "--json", env=environment).stdout)
    assert (report["scored"], report["unscored"]) == (0, {"2505.10001": "declined: content filter"})


def test_a_dry_run_prices_the_day_and_spends_nothing(root: Path, server: ModelServer) -> None:
    none = {"DIGEST_LLM_URL": "", "DIGEST_LLM_KEY": "", "DIGEST_LLM_MODEL": ""}
    done = digest("score", "--date", DAY, "--root", root, "--dry-run", env=none)
    assert (done.returncode, done.stderr, server.request_ids) == (0, "", [])
    first, second, third = done.stdout.splitlines()
    assert first == f"{DAY}: 3 papers to score: 1 request"
    assert second.startswith("estimate from the length of the prompts, not a bill: about ")
    assert re.search(r" \d+ prompt and 240 completion tokens, cost \$0\.\d+$", second)
    assert re.fullmatch(r"at most \$0\.\d+, if all replies were as long as llm\.max_tokens", third)
    unknown = digest("score", "--date", DAY, "--root", root, "--dry-run", env=none | {"DIGEST_LLM_MODEL": "x"})
    assert unknown.stdout.splitlines()[1].endswith("cost unknown")
    assert "without a price in llm.prices" in unknown.stdout


def test_missing_settings_are_reported(root: Path) -> None:
    none = {"DIGEST_LLM_URL": "", "DIGEST_LLM_KEY": "", "DIGEST_LLM_MODEL": ""}
    done = digest("score", "--date", DAY, "--root", root, env=none)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "llm: no endpoint: set DIGEST_LLM_URL, or llm.endpoint in digest.yml\n"


@pytest.mark.parametrize(
    "arguments",
    [("--date", "2025-02-30"), (), ("--date", DAY, "--budget", "-1"), ("--date", DAY, "--budget", "nan")],
)
def test_wrong_usage_ends_in_two(root: Path, arguments: tuple[str, ...]) -> None:
    assert digest("score", "--root", root, *arguments).returncode == 2


def test_an_invalid_price_is_reported_with_its_line(root: Path) -> None:
    settings = root / "digest.yml"
    settings.write_text(settings.read_text().replace("completion: 10", "completion: -10"))
    done = digest("score", "--date", DAY, "--root", root, "--dry-run")
    assert done.returncode == 1
    line = settings.read_text().split("\n").index("  prices: {model-1: {prompt: 2.5, completion: -10}}") + 1
    assert done.stderr == (
        f"digest.yml:{line}: -10 is not a price for model-1: write the price of a million tokens, 0 or more\n"
    )


def test_the_about_page_shows_what_was_sent_word_for_word(
    root: Path, environment: dict[str, str], server: ModelServer
) -> None:
    digest("score", "--date", DAY, "--root", root, env=environment)
    generate(root)
    page = (root / "docs/about/index.md").read_text("utf-8")
    system, user = (html.unescape(found) for found in re.findall(r'<pre class="prompt">(.*?)</pre>', page, re.DOTALL))
    sent = [message["content"] for message in server.requests[0].body["messages"]]
    before, after = user.split("{papers}")
    assert sent[0] == system
    assert sent[1].startswith(before)
    assert sent[1].endswith(after)
    assert len(sent[1][len(before) : len(sent[1]) - len(after)].splitlines()) == 3


def test_the_day_page_names_who_is_unscored_and_why(
    root: Path, environment: dict[str, str], server: ModelServer
) -> None:
    server.on("2505.10001", model_server.error(400, "<script>alert(1)</script>", "content_filter"))
    digest("score", "--date", DAY, "--root", root, env=environment)
    receipt = decode_receipt((root / f"data/runs/2025/{DAY}.json").read_bytes())
    assert list(receipt.unscored) == ["2505.10001"]
    generate(root)
    page = (root / "docs/daily/2025/05/27/index.md").read_text("utf-8")
    assert "2505.10001 unscored: the endpoint answers 400 Bad Request: content filter" in page
    assert "script>alert" not in page
    (root / "digest.yml").write_text((root / "digest.yml").read_text().replace("model: model-1", "model: unpriced"))
    digest("score", "--date", DAY, "--root", root, "--rescore", env=environment)
    generate(root)
    assert '<span class="muted">cost unknown</span>' in (root / "docs/daily/2025/05/27/index.md").read_text("utf-8")
