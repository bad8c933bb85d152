"""The default id of a mailing list (RFC 2919): one for each digest, though several share a host or a sender."""

import hashlib
import re

_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_LABEL_CHARS = 40
_MAX_LABELS = 3


def list_id(site_path: str, domain: str) -> str:
    """Return ``ml.digest.group.example`` for a site at ``/ml/`` of group.example.

    A site at the root of its host has no label of its own. Different paths have different ids.
    """
    folders = site_path.strip("/").split("/") if site_path else []
    if len(folders) > _MAX_LABELS:
        folders = ["/".join(folders)]
    return ".".join([*map(_label, reversed(folders)), "digest", domain])


def _label(folder: str) -> str:
    """Return a folder's name as a label of a domain name, which has no case; a changed name gets a hash of it."""
    if _LABEL.fullmatch(folder) and len(folder) <= _MAX_LABEL_CHARS:
        return folder
    readable = "-".join(re.findall(r"[a-z0-9]+", folder.lower()))[:_MAX_LABEL_CHARS].strip("-")
    digest = hashlib.sha256(folder.encode()).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else f"x-{digest}"
