"""The last build of a site, and what has changed since: settings, program, data and files in docs/."""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from broadsheet.build.manifest import Manifest, is_unchanged, read_manifest
from broadsheet.build.mkdocs_settings import environment
from broadsheet.build.output import DocsFiles, generated_files, list_signature, outside_test
from broadsheet.build.site_folder import cached_file
from broadsheet.build.state import BuildState, load_state
from broadsheet.build.theme import can_bypass_markdown
from broadsheet.index.index import Index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.config import SITE_FILE, Settings
from broadsheet.settings.document import Document
from broadsheet.store.files import is_page, page_name_fault, printable, read_regular, utf8_fault
from broadsheet.store.program import program_fingerprint

# The packages that the bytes of a page depend on.
TOOLCHAIN = (
    "deflate",
    "jinja2",
    "markdown",
    "markupsafe",
    "math-core",
    "mkdocs",
    "mkdocs-material",
    "nh3",
    "numpy",
    "pillow",
)


class LastBuild:
    """The last build of `site`, compared with the digest as it is: its index, and the files `docs_files` in docs/.

    It counts only if it is `sound`: a lost or damaged file costs a full build, never a stale page.
    """

    def __init__(
        self, root: Path, site: Path, settings: Settings, index: Index, docs_files: DocsFiles, *, sound: bool
    ) -> None:
        self.root, self.site, self.settings, self.index, self.docs_files = root, site, settings, index, docs_files
        self.docs = root / settings.site.docs_dir
        self.state_file = cached_file(root, site, "state").with_suffix(".json")
        self.manifest_copy = cached_file(root, site, "manifest")
        self.bypass = can_bypass_markdown(root)
        manifest = read_manifest(site)
        state = load_state(self.state_file, manifest) if sound and self.bypass else BuildState()
        self.inputs = build_inputs(root, settings)
        self.state = state if state.inputs == self.inputs else BuildState()
        self.shards = state.shards  # a version of a shard says what it depends on
        self.damaged = self._damaged(manifest)
        self.outside, self.hand_written = self._hand_written_files()
        contents = _hash_files(self.docs, self.hand_written)
        self.data = _hash([*index.day_versions().items(), index.publications_version(), contents, self.outside])

    @property
    def is_current(self) -> bool:
        """True if a build would make the site as it is."""
        return bool(self.state.inputs) and self.state.data == self.data and not self.damaged

    def _hand_written_files(self) -> tuple[list[str], list[str]]:
        """Return the hand-written files in docs/: those that lead out of it and are not published, and all others."""
        names = self.docs_files.hand_written
        outside = list(filter(outside_test(self.docs), names))
        if outside and not self.bypass:
            what, hint = f"a link that leads out of {self.docs.name}/", "put the file itself there"
            raise DigestError([Diagnostic(f"{self.docs.name}/{printable(name)}", what, hint) for name in outside])
        return outside, [name for name in names if name not in outside]

    def _damaged(self, manifest: Manifest | None) -> set[str]:
        """Return the generated files in docs/ that were removed or changed after the site was finished."""
        if manifest is None or not self.state.inputs:
            return set()
        names = generated_files(self.docs)
        if list_signature(self.docs) != self.state.generated:  # another command wrote the list
            names |= {path for built_key in self.state.built_keys for path in built_key.docs_paths()}
        times = self.docs_files.generated
        hidden = {name for name in names - times.keys() if not is_unchanged(f"{self.docs}/{name}", manifest.time_ns)}
        return hidden.union({name for name, time_ns in times.items() if time_ns > manifest.time_ns} & names)


def build_inputs(root: Path, settings: Settings) -> str:
    """Return the hash of what every page may depend on: program, packages, settings and theme."""
    site_file = [Document(root / SITE_FILE).meaning, *environment(root)]
    return _hash([build_program(), settings.fingerprint, *site_file])


def build_program() -> str:
    """Return the hash of the program and the packages that the site depends on."""
    versions = [*((name, version(name)) for name in TOOLCHAIN), sqlite3.sqlite_version, zlib.ZLIB_RUNTIME_VERSION]
    return _hash([program_fingerprint(), *versions])


def _hash_files(docs: Path, names: Iterable[str]) -> str:
    """Return the hash of names and contents of files in docs/. Raises DigestError for pages that are not UTF-8."""
    digest = hashlib.sha256()
    problems = []
    for name in names:
        data = read_regular(docs / name)
        digest.update(f"{name}\0".encode("utf-8", "surrogateescape") + hashlib.sha256(data).digest())
        if fault := page_name_fault(name) or (utf8_fault(data) if is_page(name) else None):
            problems.append(Diagnostic(f"{docs.name}/{printable(name)}", *fault))
    if problems:
        raise DigestError(problems)
    return digest.hexdigest()


def _hash(parts: Iterable[object]) -> str:
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).hexdigest()
