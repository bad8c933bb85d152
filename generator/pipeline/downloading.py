"""The archive as downloads, made beside the pages: only what changed, each file in a process of its own."""

from pathlib import Path

import msgspec

from generator.edges.atomic import write_atomically
from generator.edges.downloads import Members, write_json_lines, write_sqlite
from generator.edges.site import take_over
from generator.edges.state import Written
from generator.ground import config
from generator.ground.config import Settings
from generator.pipeline.rendering import Job
from generator.views.downloads import CONTENTS, FORMATS, JSON_LINES, LICENCE, SQLITE, VERSION, Format, Volume
from generator.views.feeds.directory import absolute

WRITERS = {JSON_LINES: write_json_lines, SQLITE: write_sqlite}


class Order(msgspec.Struct, frozen=True):
    """A file to write into `fresh`; what `site` has of it, whose members are `before`, is taken over."""

    root: str
    site: str
    fresh: str
    volume: Volume
    form: Format
    before: Members


def write(order: Order) -> Written:
    """Write one file."""
    volume, path = order.volume, order.volume.path(order.form)
    site_url = config.load(Path(order.root)).site.site_url
    places = Path(order.fresh, path), order.before, Path(order.site, path)
    return Written(volume.version, WRITERS[order.form](volume, Path(order.root), site_url, *places))


def write_all(
    job: Job, site: Path, fresh: Path, found: list[Volume], settings: Settings, before: dict[str, Written]
) -> dict[str, Written]:
    """Put every file of every volume into `fresh`, with their list; return what they are, by path."""
    files = {volume.path(form): (volume, form) for volume in found for form in FORMATS}
    same = {path: before[path] for path, (volume, _) in files.items() if _version(before, path) == volume.version}
    take_over(site, fresh, sorted(same))
    orders = {
        path: Order(str(job.root), str(site), str(fresh), *it, before[path].members if path in before else ())
        for path, it in files.items()
        if path not in same
    }
    made = dict(zip(orders, _written(list(orders.values()), job), strict=True))
    if files:
        write_atomically(fresh / CONTENTS, _contents(fresh, files, settings))
    return {path: made.get(path) or same[path] for path in files}


def _version(before: dict[str, Written], path: str) -> str:
    return before[path].version if path in before else ""


def _written(orders: list[Order], job: Job) -> list[Written]:
    if len(orders) < 2 or job.processes == 1:
        return [write(order) for order in orders]
    with job.executors(job.processes) as executor:
        return [future.result() for future in [executor.submit(write, order) for order in orders]]


def _contents(fresh: Path, files: dict[str, tuple[Volume, Format]], settings: Settings) -> bytes:
    """The list of the files: what is in each, where it is, how large it is."""
    listed = []
    for path, (volume, form) in files.items():
        dates = [date for part in volume.parts for date in part.dates]
        said = {"url": absolute(settings, path), "format": form.name, "bytes": (fresh / path).stat().st_size}
        listed.append(said | ({"first": dates[0], "last": dates[-1]} if dates else {}))
    return msgspec.json.encode({"version": VERSION, "licence": LICENCE, "files": listed}) + b"\n"
