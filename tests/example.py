"""Small digests for tests, and runs of the program as a user runs it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests import forked

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "generator" / "broadsheet" / "starter"

WITH_IMAGES = """\
topics:
  - id: compression
    name: Model Compression
    short: Compression
    relevant: Low rank, pruning and the KV cache.
    irrelevant: Using known methods as they are.
    words: [low-rank, pruning, KV cache]
  - id: llm
    name: Large Language Models
    words: [LLM]
sources: {arxiv: arXiv, hf: Hugging Face Daily Papers}
"""
NO_IMAGES = "share_images: none\n"  # an image takes longer to draw than its page; few tests look at them
SETTINGS = WITH_IMAGES + NO_IMAGES

# Every kind of page of the demo.
DEMO_PAGES = (
    "",
    "daily/2025/05/16/",  # a day that failed
    "daily/2025/05/27/",
    "weekly/2025-W22/",
    "monthly/2025-05/",
    "archive/",
    "topics/",
    "topics/model-compression/",
    "publications/",
    "publications/20032/",
    "publications/years/2025/",
    "papers/2505.18451/",
    "search/?q=pruning",
    "authors/",
    "authors/jing-liu/",
    "since/",
    "saved/",
    "statistics/",
    "subscribe/",
    "about/",
    "manual/settings/",  # by hand, with code and links in lists
    "404.html",
)


def make_digest(root: Path, papers: dict[str, list[dict[str, Any]]] | None = None, settings: str = SETTINGS) -> Path:
    """Make a digest in `root` with the mkdocs.yml of a new digest and the papers of each day."""
    (root / "docs").mkdir(parents=True, exist_ok=True)
    (root / "digest.yml").write_text(settings, "utf-8")
    shutil.copy(STARTER / "mkdocs.yml", root)
    for date, rows in (papers or {}).items():
        file = root / "data" / "papers" / date[:4] / f"{date}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return root


def copy_demo(root: Path) -> None:
    """Copy the repository's own digest to `root`."""
    for name in ("data", "docs"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("digest.yml", "mkdocs.yml"):
        shutil.copy(ROOT / name, root)


def build_demo(root: Path) -> Path:
    """Build the repository's own digest in `root`, and return the site."""
    if not (root / "mkdocs.yml").exists():
        copy_demo(root)
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


def paper(arxiv_id: str, **fields: Any) -> dict[str, Any]:
    """Return a scored row."""
    row = {
        "arxiv_id": arxiv_id,
        "title": f"A paper called {arxiv_id}",
        "authors": ["Ada Lovelace"],
        "abstract": "Text.",
    }
    return row | {"relevance": 8, "novelty": 7, "comment": "On low-rank methods.", "source": "arxiv"} | fields


def command_line(*arguments: str | Path, now: str = "") -> list[str]:
    """Return the command line of the program, at the time `now` (ISO 8601, with its zone) instead of the real one."""
    program = ["tests.clock", now] if now else ["broadsheet"]
    return [sys.executable, "-m", *program, *map(str, arguments)]


def digest(*arguments: str | Path, now: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the program, and return its result with the output as text."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | options.pop("env", {})
    line = command_line(*arguments, now=now)
    if options.keys() <= {"cwd", "input", "timeout"}:
        folder, text = str(options.get("cwd", os.getcwd())), options.get("input", "")
        if run := forked.run(line[2:], environment, folder, text, options.get("timeout")):
            return run
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment, **options)


def tree(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below `folder` by path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
