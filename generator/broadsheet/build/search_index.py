"""The search index: one folder a shard, written by Pagefind's command line.

Pagefind's Python interface takes 100 ms a document; its command line 0.4 ms. Pagefind writes a file for each document
("fragment"). Hosts limit the number of files, so these become packs of cards, some dozens to a file. In its list of
documents, hashes become numbers: these take half the bytes, and give the position of a card in its pack.
"""

import gzip
import json
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from broadsheet.build.swap import atomic_swap
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.child import run_module
from broadsheet.store.atomic import write_atomically
from broadsheet.store.temporary_folders import remove_abandoned, scratch_folder
from broadsheet.views.search_documents import Facets, SearchDocument, bucket

FOLDER = "pagefind"
LIST_FILE = "shards.json"
DOCUMENTS_PER_ID_LIST = 500  # documents without an arXiv id
ENTRY = "pagefind-entry.json"
# Pagefind also writes user interfaces of its own; the site has one already.
OUTPUT_PATTERNS = (ENTRY, "pagefind.js", "wasm.en*", "*.pf_meta", "index")
# A browser loads a whole pack, some 7 KB, to show one card. A third of it would make more files than some hosts allow.
CARDS_PER_PACK = 36
MEMORY = "/dev/shm"  # Linux's file system in memory
SCRATCH = "digest-index-"
SCRATCH_BYTES = 300_000_000  # twice the size of a shard there
# With this, Pagefind's allocator returns freed memory: a sixth less of it, in the same time.
ALLOCATOR = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:1"}


def write_shard(documents: Iterable[SearchDocument], site: Path, name: str) -> None:
    """Index `documents` as ``site/pagefind/NAME``, swapped in one step. Without documents, remove that folder.

    Raises DigestError with Pagefind's own message.
    """
    target = site / FOLDER / name
    with scratch_folder(SCRATCH, _quick_folder()) as scratch:
        pages, output = scratch / "pages", scratch / "output"
        by_address = _write_pages(documents, pages)
        if not by_address:
            shutil.rmtree(target, ignore_errors=True)
            return
        _run(pages, output, name)
        ordered = [by_address[address] for address in _number_documents(output, name)]
        with atomic_swap(target) as staging:
            staging.mkdir()
            _write_cards(ordered, staging / "cards")
            _pack(_columns([document.facts for document in ordered]), staging / "facts.pack")
            _write_ids(ordered, staging / "ids")
            for path in sorted(path for pattern in OUTPUT_PATTERNS for path in output.glob(pattern)):
                shutil.move(path, staging)


def write_list(names: Iterable[str], site: Path) -> None:
    """Write the list of shards, ``site/pagefind/shards.json``, for the browser, in the order of `names`."""
    shards = [shard for name in names if (shard := _describe(site / FOLDER / name))]
    data = {"packed": CARDS_PER_PACK, "listed": DOCUMENTS_PER_ID_LIST, "shards": shards}
    write_atomically(site / FOLDER / LIST_FILE, json.dumps(data, separators=(",", ":")).encode())


def remove_scratch() -> None:
    """Remove the scratch folders of killed processes."""
    remove_abandoned(SCRATCH, _quick_folder())


def _quick_folder() -> str | None:
    """Return a folder in memory if there is plenty, else None for the default: there are two files a document."""
    if "TMPDIR" in os.environ:
        return None
    try:
        free = shutil.disk_usage(MEMORY).free
    except OSError:
        return None
    return MEMORY if free > SCRATCH_BYTES * (os.cpu_count() or 1) and os.access(MEMORY, os.W_OK) else None


def _write_pages(documents: Iterable[SearchDocument], folder: Path) -> dict[str, SearchDocument]:
    """Write Pagefind's input. Return the documents, without that input, by the addresses that Pagefind gives them."""
    folder.mkdir()
    by_address = {}
    for document in documents:
        (folder / document.path).write_bytes(document.data)
        by_address[f"/{document.path}"] = document._replace(data=b"")
    return by_address


def _run(pages: Path, output: Path, name: str) -> None:
    # The id of a hit starts with the language of its index. A private subtag (BCP 47) adds the name of the shard.
    arguments = ["pagefind", "--quiet", "--site", str(pages), "--output-path", str(output)]
    run = run_module([*arguments, "--force-language", f"en-x-{name}"], os.environ | ALLOCATOR)
    if run.returncode < 0:
        hint = "if the machine has too little memory for it, build with --jobs 1"
        raise DigestError(Diagnostic("pagefind", f"was killed by signal {-run.returncode}", hint))
    if run.returncode:
        what = (run.stderr + run.stdout).strip() or f"it ended with {run.returncode}"
        raise DigestError(Diagnostic("pagefind", what, "check that the package pagefind[bin] is installed"))


def _number_documents(output: Path, name: str) -> list[str]:
    """Replace the hashes in Pagefind's list of documents by numbers. Return the documents' addresses in its order.

    The list is CBOR (RFC 8949): for each document an array (0x82) of a text and the number of words.
    """
    (meta,) = output.glob("*.pf_meta")
    hashes: list[str] = []

    def number(match: re.Match[bytes]) -> bytes:
        hashes.append(match[1].decode())
        text = f"{name}_{len(hashes) - 1}".encode()
        return b"\x82\x78" + bytes([len(text)]) + text

    head = rb"\x82(?:[\x60-\x77]|\x78.)"
    pattern = re.compile(head + rb"(en-x-%b_[0-9a-f]{7,})(?=[\x00-\x1b])" % re.escape(name).encode(), re.DOTALL)
    data = pattern.sub(number, gzip.decompress(meta.read_bytes()))
    fragments = {file.stem: file for file in (output / "fragment").iterdir()}
    if fragments.keys() != set(hashes):
        what = f"its index names {len(hashes)} documents, and there are {len(fragments)}"
        raise DigestError(Diagnostic("pagefind", what, "install a version of it that requirements.lock names"))
    meta.write_bytes(gzip.compress(data, mtime=0))
    texts = (gzip.decompress(fragments[key].read_bytes()).removeprefix(b"pagefind_dcd") for key in hashes)
    return [json.loads(text)["url"] for text in texts]


def _write_cards(documents: Sequence[SearchDocument], folder: Path) -> None:
    """Write packs of cards. The number in a hit's id gives the pack, so a browser needs no list of them."""
    folder.mkdir()
    for number in range(_pack_count(len(documents))):
        cards = [document.card.decode() for document in documents[number * CARDS_PER_PACK :][:CARDS_PER_PACK]]
        (folder / f"{number}.pack").write_bytes(gzip.compress(f"[{','.join(cards)}]".encode(), mtime=0))


def _write_ids(documents: Sequence[SearchDocument], folder: Path) -> None:
    """Write lists from ids and DOIs to addresses. An id gives the name of its list, so a browser needs no index."""
    buckets = 1 + len(documents) // DOCUMENTS_PER_ID_LIST
    lists: dict[str, dict[str, list[str]]] = {}
    for document in documents:
        for name in document.names:
            addresses = lists.setdefault(bucket(name, buckets), {}).setdefault(name, [])
            if document.address not in addresses:
                addresses.append(document.address)
    folder.mkdir()
    for list_name, ids in lists.items():
        _pack({name: sorted(addresses) for name, addresses in sorted(ids.items())}, folder / f"{list_name}.pack")


def _columns(facts: Sequence[Facets]) -> dict[str, list[list[Any]]]:
    """Return for each fact its distinct values, and for each document the number of its value."""
    columns = {}
    for name in Facets._fields:
        column = [getattr(fact, name) for fact in facts]
        values = {value: number for number, value in enumerate(dict.fromkeys(column))}
        columns[name] = [list(values), [values[value] for value in column]]
    return columns


def _pack(data: object, path: Path) -> None:
    # Not .gz: some servers send such a file as text with a content encoding, and browsers unpack it.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _pack_count(documents: int) -> int:
    return -(-documents // CARDS_PER_PACK)


def _describe(shard: Path) -> dict[str, Any] | None:
    try:
        (language,) = json.loads((shard / ENTRY).read_text("utf-8"))["languages"].values()
    except FileNotFoundError:
        return None
    documents = language["page_count"]
    version = language["hash"].rpartition("_")[2]
    ids = sorted(path.stem for path in (shard / "ids").iterdir())
    return {"name": shard.name, "documents": documents, "version": version, "ids": ids}
