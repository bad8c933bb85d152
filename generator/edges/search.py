"""The search index, a folder a shard: documents in, Pagefind's files out, through its command line.

Pagefind's own interface for programs takes 100 ms a document; its command line 0.4 ms. It writes a file for each
document ("fragment"); hosts count files, so these become packs of cards, some dozens to a file.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from generator.edges.atomic import write_atomically
from generator.edges.site import replacing
from generator.ground.errors import DigestError, Problem

FOLDER = "pagefind"
LIST = "shards.json"
ENTRY = "pagefind-entry.json"
# Pagefind also writes user interfaces of its own; the site has one already.
KEPT = (ENTRY, "pagefind.js", "pagefind-worker.js", "wasm.en*", "*.pf_meta", "index", "filter")
# As many cards as a browser may load to show one: 10 KB. Twice as many files would be more than some hosts take.
PACKED = 48
# Pagefind's allocator keeps what it has freed; told not to, it takes a sixth less memory, and no longer.
ALLOCATOR = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:1"}


def write_shard(documents: Iterable[tuple[str, bytes, bytes]], site: Path, name: str) -> None:
    """Index `documents` (path, HTML, card) as ``site/pagefind/NAME``, which changes in one step; none, no folder.

    Raises DigestError with Pagefind's own words.
    """
    target = site / FOLDER / name
    with tempfile.TemporaryDirectory(prefix="digest-search-") as temporary:
        pages, output = Path(temporary, "pages"), Path(temporary, "output")
        cards = _write_pages(documents, pages)
        if not cards:
            shutil.rmtree(target, ignore_errors=True)
            return
        _run(pages, output, name)
        with replacing(target) as fresh:
            fresh.mkdir()
            _write_packs(output / "fragment", cards, fresh / "cards")
            for path in sorted(path for pattern in KEPT for path in output.glob(pattern)):
                shutil.move(path, fresh)


def write_list(names: Iterable[str], site: Path) -> None:
    """Tell the browser in ``site/pagefind/shards.json`` which shards there are, in the order given."""
    shards = [shard for name in names if (shard := _described(site / FOLDER / name))]
    write_atomically(site / FOLDER / LIST, json.dumps(shards, separators=(",", ":")).encode())


def _write_pages(documents: Iterable[tuple[str, bytes, bytes]], folder: Path) -> dict[str, str]:
    """Write what Pagefind is to read; return the cards by path."""
    folder.mkdir()
    cards = {}
    for path, data, card in documents:
        (folder / path).write_bytes(data)
        cards[f"/{path}"] = card.decode()
    return cards


def _run(pages: Path, output: Path, name: str) -> None:
    # A hit's id starts with the language it was indexed for; a private subtag (BCP 47) makes it tell its shard.
    command = [sys.executable, "-m", "pagefind", "--quiet", "--site", str(pages), "--output-path", str(output)]
    command += ["--force-language", f"en-x-{name}"]
    run = subprocess.run(command, env=os.environ | ALLOCATOR, capture_output=True, text=True, check=False)
    if run.returncode:
        said = (run.stderr + run.stdout).strip() or f"it ended with {run.returncode}"
        raise DigestError(Problem("pagefind", said, "check that the package pagefind[bin] is installed"))


def _write_packs(fragments: Path, cards: dict[str, str], folder: Path) -> None:
    """Deal the cards into packs by the hash in a hit's id, so that a browser knows the pack without being told."""
    files = sorted(fragments.iterdir())
    packs: list[list[str]] = [[] for _ in range(_packs(len(files)))]
    for file in files:
        found = file.stem.rpartition("_")[2]
        url = json.loads(gzip.decompress(file.read_bytes()).removeprefix(b"pagefind_dcd"))["url"]
        packs[int(found[:7], 16) % len(packs)].append(f'"{found}":{cards[url]}')
    folder.mkdir()
    for number, pack in enumerate(packs):
        # Not .gz: some servers say of such a file that it is text in transfer encoding, and browsers unpack it.
        (folder / f"{number}.cards").write_bytes(gzip.compress(f"{{{','.join(pack)}}}".encode(), mtime=0))


def _packs(documents: int) -> int:
    return -(-documents // PACKED)


def _described(shard: Path) -> dict[str, str | int] | None:
    try:
        (language,) = json.loads((shard / ENTRY).read_text("utf-8"))["languages"].values()
    except FileNotFoundError:
        return None
    documents = language["page_count"]
    version = language["hash"].rpartition("_")[2]
    return {"name": shard.name, "documents": documents, "packs": _packs(documents), "version": version}
