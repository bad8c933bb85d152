"""The manual, followed to the letter: every command is executed, and its output compared."""

import datetime
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.cli.docs import TOPICS
from tests.hourly_services import ArxivPaper, World
from tests.manual.followed import NOW, Reader, blocks, matches, outside
from tests.manual.generated import MANUAL
from tests.smtp import Server

pytestmark = pytest.mark.slow

TEXTS = {topic: (MANUAL / f"{topic}.md").read_text("utf-8") for topic in TOPICS}
# The tutorial has a test of its own.
PAGES = [topic for topic, text in TEXTS.items() if topic != "start" and blocks(text)]
# Each begins in a digest that reads two categories.
A_DIGEST = """\
```sh
broadsheet new my-digest --name 'Group papers'
cd my-digest
```

In `digest.yml`:

```yaml
fetch:
  contact: papers@group.edu
  arxiv: {categories: [cs.LG, cs.CL]}
  endpoints: {arxiv_feed: FEED, arxiv_api: API, arxiv_oai: OAI}
```
"""


@pytest.fixture
def services(world: World) -> dict[str, str]:
    """The addresses of arXiv on a morning when it announces papers."""
    world.arxiv += [ArxivPaper(f"2609.1000{n}", "2026-09-23T12:00:00Z", "2026-09-24") for n in range(1, 6)]
    world.now = datetime.datetime.fromisoformat(NOW)
    world.read("cs.LG+cs.CL")
    paths = {"FEED": "rss.arxiv.org/rss", "API": "export.arxiv.org/api/query", "OAI": "oaipmh.arxiv.org/oai"}
    return {name: f"{world.server.url}/{path}" for name, path in paths.items()}


@pytest.fixture
def reader(tmp_path: Path, services: dict[str, str]) -> Iterator[Reader]:
    """A reader with these services, a mail server, and a repository at a host."""
    host = tmp_path / ".host" / "you" / "my-digest.git"
    host.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", host], check=True)
    arxiv = {f"DIGEST_ARXIV_{name}": url for name, url in services.items()}
    with Server() as mail:
        yield Reader(tmp_path, **arxiv, **mail.environment)


@pytest.mark.parametrize("topic", PAGES)
def test_every_command_of_a_page_works(reader: Reader, services: dict[str, str], topic: str) -> None:
    setup = A_DIGEST
    for name, url in services.items():
        setup = setup.replace(f": {name}", f": {url}")
    for block in blocks(setup + TEXTS[topic]):
        reader.execute(block)


def test_the_tutorial_ends_with_a_served_and_a_pushed_digest(reader: Reader, tmp_path: Path) -> None:
    for block in blocks(TEXTS["start"]):
        reader.execute(block)
    assert len(reader.served) == 2
    assert all(b"On low-rank paper 2609.10001" in page for page in reader.served)
    clone = "cd ~\ngit clone --quiet https://github.com/you/my-digest.git published\ncd published\nbroadsheet build"
    reader.execute(blocks(f"```sh\n{clone}\n```")[0])
    assert "On low-rank paper 2609.10001" in (tmp_path / "published" / "site" / "index.html").read_text("utf-8")


def test_every_command_is_in_a_block_that_is_executed() -> None:
    for topic, page in TEXTS.items():
        assert not re.findall(r"^ {4,}(?:broadsheet|git|pip|uvx?|pipx) .*", outside(page), re.MULTILINE), topic


@pytest.mark.parametrize(
    ("shown", "output", "same"),
    [("a\n", "a", True), ("a…c", "a b\nc", True), ("a…", "b", False), ("", "a", False), ("…", "", True)],
)
def test_an_ellipsis_is_any_text(shown: str, output: str, same: bool) -> None:
    assert matches(shown, output) == same


def test_blocks_that_are_not_executed_say_why() -> None:
    reasons = [block.reason for text in TEXTS.values() for block in blocks(text) if block.reason]
    assert all(len(reason.split()) >= 3 for reason in reasons)


def test_a_command_that_fails_and_an_output_that_differs_are_failures(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for text in ("```sh\nfalse\n```", "```console\n$ echo a\nb\n```", "```sh\npip install brodsheet\n```"):
        with pytest.raises(AssertionError):
            reader.execute(blocks(text)[0])
    reader.execute(blocks("```console\n$ mkdir x && cd x && A=1 && export A\n```")[0])
    reader.execute(blocks("```console\n$ echo $A; pwd\n1\n~/x\n```")[0])
