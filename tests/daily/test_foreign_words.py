"""Error texts of other programs, and secrets in any encoding, are in no file of data/ and in no page."""

import base64
import codecs
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.build.build import build
from broadsheet.http.secrets import Secrets
from tests import model_server
from tests.example import tree
from tests.loopback import Answer, Loopback
from tests.model_server import ModelRequest, ModelServer, Reply, completion, rating
from tests.run_setup import API, DAY, FEED, HF, RunSetup, hf_list
from tests.scoring.llm.test_scorer import DAY as DATE
from tests.scoring.llm.test_scorer import PROMPT, Digest

SECRET = "sk-proj-AbCdEfGh12345678+/IjKlMnOp90ABCD="
SPOKEN = "spoken-words-of-the-endpoint"
BARE = re.sub(r"[\W_]", "", SECRET)
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "masked": lambda key: f"{key[:24]}...{key[-4:]}",
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded throughout": lambda key: "".join(f"%{ord(letter):02X}" for letter in key),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "dashed": "-".join,
    "spaced": " ".join,
    "on lines": "\n".join,
    "with invisible characters": "\u200b".join,
    "in groups": lambda key: " ".join(key[at : at + 4] for at in range(0, len(key), 4)),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64 of the header": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    "base64 of a pair": lambda key: base64.urlsafe_b64encode(f"me:{key}".encode()).decode(),
    "base32": lambda key: base64.b32encode(key.encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "hex in capitals": lambda key: key.encode().hex(" ").upper(),
    "numbers": lambda key: " ".join(str(ord(letter)) for letter in key),
    "JSON's escapes": lambda key: "".join(f"\\u{ord(letter):04x}" for letter in key),
    "escaped escapes": lambda key: "".join(f"\\\\u{ord(letter):04x}" for letter in key),
    "C's escapes": lambda key: "".join(f"\\x{ord(letter):02x}" for letter in key),
    "entities": lambda key: "".join(f"&#{ord(letter)};" for letter in key),
    "entities in hex": lambda key: "".join(f"&#x{ord(letter):x};" for letter in key),
    "quoted printable": lambda key: "".join(f"={ord(letter):02X}" for letter in key),
    "backwards": lambda key: key[::-1],
    "in capitals": str.upper,
    "rot13": lambda key: codecs.encode(key, "rot13"),
    "full width": lambda key: "".join(chr(ord(letter) + 0xFEE0) if letter > " " else letter for letter in key),
    "half of it": lambda key: key[: len(key) // 2],
}


def windows(text: str, width: int = 12) -> set[str]:
    return {text[at : at + width] for at in range(len(text) - width + 1)}


def leaks(files: dict[str, bytes]) -> list[str]:
    """The files with twelve letters of the secret in a row, once all that is no letter is left out."""
    marks = windows(BARE.casefold()) | windows(BARE.casefold()[::-1])
    matches = []
    for name, data in files.items():
        bare = re.sub(r"[\W_]", "", data.decode("utf-8", "replace")).casefold()
        matches += [name for mark in marks if mark in bare]
    return matches


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture
def digest(tmp_path: Path, server: ModelServer) -> Digest:
    failing = Digest(tmp_path, server.url)
    failing.environment["DIGEST_LLM_KEY"] = SECRET
    return failing


def refusing(status: int, form: Callable[[str], str]) -> model_server.Behaviour:
    body = json.dumps({"error": {"message": f"{SPOKEN}: {form(SECRET)}", "code": form(SECRET), "type": SPOKEN}})
    headers = (("Location", f"/{quote(form(SECRET))}"),) if status == 302 else ()
    return lambda question: Reply(status, body.encode(), headers)


def commenting(form: Callable[[str], str], raw: bool) -> model_server.Behaviour:
    """The key in a comment, in a score and in an id; `raw` text is put into the inner JSON as it is."""

    def answer(question: ModelRequest) -> Reply:
        mark = "@@"
        lines = [json.dumps(rating(paper, COMMENT=f"So {mark}.")) for paper in question.ids[:-1]]
        lines.append(json.dumps(rating(question.ids[-1], RELEVANCE=mark)))
        lines.append(json.dumps(rating("2501.00001", ARXIVID=mark)))
        text = form(SECRET) if raw else json.dumps(form(SECRET))[1:-1]
        return completion(question, "\n".join(lines).replace(mark, text))

    return answer


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 418, 429, 500])
def test_no_error_of_the_endpoint_is_published(
    digest: Digest, server: ModelServer, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    digest.holds(len(FORMS), PROMPT.replace("batch: 10", "batch: 1"))
    server.then(*(refusing(status, form) for form in FORMS.values()))
    done = digest.score()
    if status in (200, 401):
        build(digest.root)
    files = {name: data for name, data in tree(digest.root).items() if not name.startswith((".", "docs/assets"))}
    assert leaks({name: data for name, data in files.items() if name.startswith(("data", "site/daily"))}) == []
    assert [name for name, data in files.items() if SPOKEN.encode() in data] == []
    assert SPOKEN not in repr(done)
    assert leaks({"terminal": "".join(capfd.readouterr()).encode()}) == []
    assert any(str(status) in reason or status == 200 for reason in done.unscored.values())


def test_no_reply_publishes_the_key(digest: Digest, server: ModelServer) -> None:
    replies = digest.root / "data/replies"
    for number, (form, raw) in enumerate((form, raw) for form in FORMS.values() for raw in (False, True)):
        ids = digest.holds(3)
        server.behave()
        server.on(ids[0], commenting(form, raw))
        done = digest.score()
        assert leaks(tree(digest.root / "data")) == []
        assert done.scored == (3 if form is str else 0)
        assert digest.receipt.tokens is not None  # what was paid for is counted
        (replies / "2025" / f"{DATE}.jsonl").rename(replies / f"{number}.jsonl")
    build(digest.root)
    assert leaks(tree(digest.root / "site" / "daily")) == []


@settings(deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.text(max_size=20), st.text(max_size=20))
def test_a_key_is_seen_in_every_form(form: str, before: str, after: str) -> None:
    text = Secrets([SECRET]).redact(f"{before} {FORMS[form](SECRET)} {after}")
    assert form == "as it is" or Secrets([SECRET]).contains_encoded(text)


SHAPES = {
    "words": "my-company-internal-token-for-llm",
    "digits": "4938201756392048",
    "letters": "gsk_QwErTyUiOpAsDfGhJkLzXcVbNmQwErTy",
    "small letters": "gsk_qzxvwkjhpfmdtrbncglsyeuaioqzkx",
    "hex": "0f9e8d7c6b5a49382716",
    "UUID": "3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b",
    "digits with words": "tenant7-production-gateway",
}


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"as it is", "half of it"}))
@pytest.mark.parametrize("shape", SHAPES)
def test_keys_of_any_shape_are_seen(shape: str, form: str) -> None:
    key = SHAPES[shape]
    secrets = Secrets([key])
    plain = secrets.redact(f"So {FORMS[form](key)} it is.")
    assert key not in plain
    assert "***" in plain or secrets.contains_encoded(plain)


@pytest.mark.parametrize("shape", ["letters", "hex", "UUID"])
def test_a_part_of_a_key_is_seen(shape: str) -> None:
    key = SHAPES[shape]
    assert Secrets([key]).contains_encoded(f"So {key[: len(key) // 2 + 3]} it is.")


@pytest.mark.parametrize("shape", SHAPES)
def test_words_and_numbers_are_no_keys(shape: str) -> None:
    text = "A company's internal token for LLMs; tenants in production; 2501.49382, 7, 5, 0.00000000000000, 12345678901"
    assert not Secrets([SHAPES[shape]]).contains_encoded(text)


@given(st.text() | st.from_regex(r"[A-Za-z0-9 .,-]{0,300}", fullmatch=True))
def test_other_texts_are_no_keys(text: str) -> None:
    assert not Secrets([SECRET]).contains_encoded(text)


@pytest.mark.parametrize("key", ["", "ollama", "no-key-needed", "placeholder-key", "lm-studio"])
def test_a_stand_in_is_no_secret(key: str) -> None:
    text = "A placeholder keyed by lm studio, where no key is needed: no key needed for ollama."
    assert not Secrets([key]).contains_encoded(text)


# -- the other services --------------------------------------------------------------------------------------------


ERRORS = {
    "status": Answer(400, json.dumps({"error": SPOKEN}).encode()),
    "an error in place of a list": Answer(200, json.dumps({"error": SPOKEN}).encode()),
    "a redirect": Answer(302, b"", (("Location", f"http://{SPOKEN}.example/{SPOKEN}"),)),
    "an encoding": Answer(200, f'<?xml version="1.0" encoding="{SPOKEN}"?><a>\u00e9</a>'.encode()),
}


@pytest.mark.parametrize("name", ERRORS)
def test_no_words_of_another_service_are_published(name: str, tmp_path: Path) -> None:
    with Loopback() as services:
        services.on(HF, ERRORS[name])
        run_setup = RunSetup(tmp_path, services)
        run_setup.make()
        run_setup.run()
    assert bool(run_setup.receipt().errors) == (name != "an id that is none")  # which is noted
    build(tmp_path)
    assert [name for name, data in tree(tmp_path).items() if SPOKEN.encode() in data] == []


ERROR = "<id>http://arxiv.org/api/errors#x</id><summary>{}</summary>"
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{ERROR}</entry></feed>'
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{}">{}</error></OAI-PMH>'


@pytest.mark.parametrize("body", [ATOM.format(SPOKEN), OAI.format(SPOKEN, SPOKEN), OAI.format("badVerb", SPOKEN)])
def test_no_words_of_arxiv_are_published(body: str, tmp_path: Path) -> None:
    with Loopback() as services:
        services.on(FEED, Answer(200, body.encode()))
        services.on(API, Answer(200, body.encode()))
        services.on(HF, hf_list("2609.10001"))
        run_setup = RunSetup(tmp_path, services)
        run_setup.make(arxiv={"categories": ["cs.LG", "stat.ML"]}, huggingface=True)
        run_setup.run()
    assert any("arXiv" in error or "arxiv" in error for error in run_setup.receipt(DAY).errors)
    assert [name for name, data in tree(tmp_path).items() if SPOKEN.encode() in data] == []
