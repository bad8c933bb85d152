"""The files of a new digest, made from ``generator/broadsheet/starter/`` and the answers of its owner.

``broadsheet new`` writes them; ``broadsheet upgrade`` compares them with those of an earlier version.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from broadsheet import HOMEPAGE, __version__
from broadsheet.build.hosts import STARTER, common_files, host_files, host_readme
from broadsheet.build.requirement import NAME, requirement
from broadsheet.model.arxiv_taxonomy import CATEGORIES
from broadsheet.settings.address import LOCAL_ADDRESS
from broadsheet.settings.config import SETTINGS_FILE, SITE_FILE
from broadsheet.settings.topics import Topic, topic_id
from broadsheet.store.samples import SAMPLES

README = "README.md"
VERSION_MARK = "@version@"


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The choices of a digest's owner, as `broadsheet new` takes them. Later versions of the program read them again.

    `topics` empty: one for each category; without categories, none if there are `liked`, which are paths in the digest,
    else those of the starter. `host` is the name of one of ``hosts.HOSTS``.
    """

    name: str = "Broadsheet"
    url: str = LOCAL_ADDRESS
    categories: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    contact: str = ""
    liked: tuple[str, ...] = ()
    samples: bool = True
    host: str = "github"


def render(answers: Answers, folder: Path = STARTER) -> dict[str, str]:
    """Return the text of each file of a digest, by its path. `folder` has the program's starter."""
    files = common_files(folder) | host_files(answers.host, folder)
    if not answers.samples:
        files = {path: text for path, text in files.items() if not path.startswith(f"{SAMPLES}/")}
    files[README] = _readme(files[README], answers)
    # Marks first: the answers are text, and may look like one.
    files = {path: _install_this_program(text) for path, text in files.items()}
    files[SETTINGS_FILE] = _settings(files[SETTINGS_FILE], answers)
    files[SITE_FILE] = _site(files[SITE_FILE], answers)
    return files


def _readme(text: str, answers: Answers) -> str:
    return text.replace("@host@", host_readme(answers.host)).replace("@homepage@", HOMEPAGE)


def _install_this_program(text: str) -> str:
    return text.replace(f"{NAME}=={VERSION_MARK}", requirement()).replace(VERSION_MARK, __version__)


# -- topics --------------------------------------------------------------------------------------------------------


def category_topics(categories: Sequence[str]) -> tuple[Topic, ...]:
    """Return a topic for each category of arXiv, with the phrases of its name."""
    return tuple(
        Topic(id=topic_id(code), name=f"{CATEGORIES[code]} ({code})", words=_words(CATEGORIES[code]))
        for code in categories
    )


def _words(name: str) -> tuple[str, ...]:
    """Return the phrases of a name: single words of one, such as "learning", are in papers of every category."""
    return tuple(re.split(r",? and |, | - |; ", name.casefold()))


def topics_block(topics: Sequence[Topic]) -> str:
    """Return the section `topics` of digest.yml."""
    lines = ["topics:" if topics else "topics: []"]
    for topic in topics:
        fields = {key: value for key, value in msgspec.to_builtins(topic).items() if value}
        first, *others = [f"{key}: {_flow(value)}" for key, value in fields.items()]
        lines += [f"  - {first}", *(f"    {text}" for text in others)]
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=float("inf"))
    return str(text).strip()[1:-1]


# -- the two files of settings -------------------------------------------------------------------------------------

_TOPICS = re.compile(r"^topics:\n(?:[ #].*\n)+", re.MULTILINE)
_FETCH = re.compile(r"^# fetch:\n(?:#.*\n)+", re.MULTILINE)
_ALL_PAPERS = """
# Show every paper, since the topics above are only the names of arXiv's categories. Write topics of your own, then
# delete these lines: without them, a paper is shown from a relevance of 5.
run:
  min_relevance: 1
"""
_LIKED = """
# Papers that the group likes: the local scorer ranks new papers by them, too.
liked: {}
"""


def _settings(text: str, answers: Answers) -> str:
    topics = answers.topics or category_topics(answers.categories)
    if topics or answers.liked:  # the samples' topics are no topics of papers that the group likes
        text = _TOPICS.sub(lambda _: topics_block(topics), text, count=1)
    if answers.categories:
        text = _FETCH.sub(lambda block: _fetch_block(block[0], answers), text, count=1)
    if answers.categories and not answers.topics:
        text += _ALL_PAPERS
    return text + (_LIKED.format(_flow(list(answers.liked))) if answers.liked else "")


def _fetch_block(block: str, answers: Answers) -> str:
    """Return the starter's example of `fetch` with the categories; its other keys stay comments."""
    values = {"contact": answers.contact, "arxiv": {"categories": list(answers.categories)}}
    lines = ["fetch:"]
    for line in block.splitlines()[1:]:
        key = line.lstrip("# ").partition(":")[0]
        is_set = values.get(key)
        lines.append(f"  {key}: {_flow(values[key])}" if is_set else f"  # {line.lstrip('# ')}")
    return "\n".join(lines) + "\n"


def _site(text: str, answers: Answers) -> str:
    return _set_key(_set_key(text, "site_name", answers.name), "site_url", answers.url)


def _set_key(site: str, key: str, value: str) -> str:
    """Set a key in the text of mkdocs.yml. A printable text in JSON's quotes is also valid YAML."""
    return re.sub(rf"^{key}:.*$", lambda _: f"{key}: {json.dumps(value, ensure_ascii=False)}", site, flags=re.MULTILINE)
