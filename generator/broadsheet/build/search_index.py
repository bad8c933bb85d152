"""The search index, a folder a shard: documents in, Pagefind's files out, through its command line.

Pagefind's own interface for programs takes 100 ms a document; its command line 0.4 ms. It writes a file for each
document ("fragment"); hosts count files, so these become packs of cards, some dozens to a file. Its list of documents
names each by a hash; these become numbers, which take half the bytes and say where in a pack a card is.
"""

import gzip
import json
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from broadsheet.build.swap import replacing
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.child import run_module
from broadsheet.store.atomic import write_atomically
from broadsheet.store.temporary_folders import remove_abandoned, scratch_folder
from broadsheet.views.search_documents import Facets, SearchDocument, bucket

FOLDER = "pagefind"
LIST = "shards.json"
# The ids of as many documents that are not arXiv's go into one list of addresses.
LISTED = 500
ENTRY = "pagefind-entry.json"
# Pagefind also writes user interfaces of its own; the site has one already.
KEPT = (ENTRY, "pagefind.js", "wasm.en*", "*.pf_meta", "index")
# As many cards as a browser may load to show one: 10 KB. Twice as many files would be more than some hosts take.
PACKED = 48
# Linux's file system in memory, and twice the bytes that a shard takes there.
MEMORY = "/dev/shm"
SCRATCH = "digest-index-"
ROOM = 300_000_000
# Pagefind's allocator keeps what it has freed; told not to, it takes a sixth less memory, and no longer.
ALLOCATOR = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:1"}


def write_shard(documents: Iterable[SearchDocument], site: Path, name: str) -> None:
    """Index `documents` as ``site/pagefind/NAME``, which changes in one step; none, no folder.

    Raises DigestError with Pagefind's own words.
    """
    target = site / FOLDER / name
    with scratch_folder(SCRATCH, _quick_folder()) as scratch:
        pages, output = scratch / "pages", scratch / "output"
        written = _write_pages(documents, pages)
        if not written:
            shutil.rmtree(target, ignore_errors=True)
            return
        _run(pages, output, name)
        listed = [written[url] for url in _numbered(output, name)]
        with replacing(target) as fresh:
            fresh.mkdir()
            _write_cards(listed, fresh / "cards")
            _pack(_columns([document.facts for document in listed]), fresh / "facts.pack")
            _write_ids(listed, fresh / "ids")
            for path in sorted(path for pattern in KEPT for path in output.glob(pattern)):
                shutil.move(path, fresh)


def write_list(names: Iterable[str], site: Path) -> None:
    """Tell the browser in ``site/pagefind/shards.json`` which shards there are, in the order given."""
    shards = [shard for name in names if (shard := _described(site / FOLDER / name))]
    told = {"packed": PACKED, "listed": LISTED, "shards": shards}
    write_atomically(site / FOLDER / LIST, json.dumps(told, separators=(",", ":")).encode())


def remove_scratch() -> None:
    """Remove what killed processes left where they had the index made."""
    remove_abandoned(SCRATCH, _quick_folder())


def _quick_folder() -> str | None:
    """Where two small files a document cost least: in memory, where there is plenty; None for the usual place."""
    if "TMPDIR" in os.environ:
        return None
    try:
        room = shutil.disk_usage(MEMORY).free
    except OSError:
        return None
    return MEMORY if room > ROOM * (os.cpu_count() or 1) and os.access(MEMORY, os.W_OK) else None


def _write_pages(documents: Iterable[SearchDocument], folder: Path) -> dict[str, SearchDocument]:
    """Write what Pagefind is to read; return the documents by the addresses it gives them, without what it reads."""
    folder.mkdir()
    written = {}
    for document in documents:
        (folder / document.path).write_bytes(document.data)
        written[f"/{document.path}"] = document._replace(data=b"")
    return written


def _run(pages: Path, output: Path, name: str) -> None:
    # A hit's id starts with the language it was indexed for; a private subtag (BCP 47) makes it tell its shard.
    arguments = ["pagefind", "--quiet", "--site", str(pages), "--output-path", str(output)]
    run = run_module([*arguments, "--force-language", f"en-x-{name}"], os.environ | ALLOCATOR)
    if run.returncode < 0:
        do = "if the machine has too little memory for it, build with --jobs 1"
        raise DigestError(Diagnostic("pagefind", f"was killed by signal {-run.returncode}", do))
    if run.returncode:
        said = (run.stderr + run.stdout).strip() or f"it ended with {run.returncode}"
        raise DigestError(Diagnostic("pagefind", said, "check that the package pagefind[bin] is installed"))


def _numbered(output: Path, name: str) -> list[str]:
    """Put numbers for the hashes in Pagefind's list of documents; return the documents' addresses in its order.

    The list is CBOR (RFC 8949): an array (0x82) of a text and the number of words for each document.
    """
    (meta,) = output.glob("*.pf_meta")
    hashes: list[str] = []

    def number(found: re.Match[bytes]) -> bytes:
        hashes.append(found[1].decode())
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
    texts = (gzip.decompress(fragments[found].read_bytes()).removeprefix(b"pagefind_dcd") for found in hashes)
    return [json.loads(text)["url"] for text in texts]


def _write_cards(documents: Sequence[SearchDocument], folder: Path) -> None:
    """Put the cards into packs by the number in a hit's id, so that a browser knows the pack without being told."""
    folder.mkdir()
    for number in range(_packs(len(documents))):
        cards = [document.card.decode() for document in documents[number * PACKED :][:PACKED]]
        (folder / f"{number}.pack").write_bytes(gzip.compress(f"[{','.join(cards)}]".encode(), mtime=0))


def _write_ids(documents: Sequence[SearchDocument], folder: Path) -> None:
    """Write what leads from an id or DOI to addresses: lists that a browser finds without being told more."""
    others = 1 + len(documents) // LISTED
    lists: dict[str, dict[str, list[str]]] = {}
    for document in documents:
        for name in document.names:
            listed = lists.setdefault(bucket(name, others), {}).setdefault(name, [])
            if document.address not in listed:
                listed.append(document.address)
    folder.mkdir()
    for place, addresses in lists.items():
        _pack({name: sorted(found) for name, found in sorted(addresses.items())}, folder / f"{place}.pack")


def _columns(facts: Sequence[Facets]) -> dict[str, list[list[Any]]]:
    """For each fact its different values, and which of them each document has."""
    columns = {}
    for name in Facets._fields:
        column = [getattr(fact, name) for fact in facts]
        values = {value: number for number, value in enumerate(dict.fromkeys(column))}
        columns[name] = [list(values), [values[value] for value in column]]
    return columns


def _pack(data: object, path: Path) -> None:
    # Not .gz: some servers say of such a file that it is text in transfer encoding, and browsers unpack it.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _packs(documents: int) -> int:
    return -(-documents // PACKED)


def _described(shard: Path) -> dict[str, Any] | None:
    try:
        (language,) = json.loads((shard / ENTRY).read_text("utf-8"))["languages"].values()
    except FileNotFoundError:
        return None
    documents = language["page_count"]
    version = language["hash"].rpartition("_")[2]
    ids = sorted(path.stem for path in (shard / "ids").iterdir())
    return {"name": shard.name, "documents": documents, "version": version, "ids": ids}
