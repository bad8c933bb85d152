"""The requirement of the running program, as a new digest has it."""

import json
from typing import Any

import pytest

from broadsheet import __version__
from broadsheet.build.requirement import requirement, requirement_from

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GIT = {"vcs": "git", "requested_revision": "main", "commit_id": COMMIT}


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (None, f"broadsheet[local]=={__version__}"),
        ({"url": "file:///home/ada/broadsheet", "dir_info": {"editable": True}}, f"broadsheet[local]=={__version__}"),
        ({"url": "file:///tmp/x.whl", "archive_info": {}}, f"broadsheet[local]=={__version__}"),
        ({"url": "ssh://git@host.edu/x", "vcs_info": GIT}, f"broadsheet[local]=={__version__}"),
        ({"url": "https://host.edu/x", "vcs_info": GIT}, f"broadsheet[local] @ git+https://host.edu/x@{COMMIT}"),
    ],
)
def test_a_program_from_a_repository_is_pinned_to_its_commit(origin: dict[str, Any] | None, line: str) -> None:
    assert requirement_from(json.dumps(origin) if origin else "") == line


def test_the_running_program_has_a_requirement() -> None:
    assert requirement().startswith("broadsheet[local]")
