"""The workflow of a new digest that publishes its site, executed step by step."""

import json

from tests.chat_servers import ChatServers
from tests.example import paper
from tests.smtp import Server
from tests.starter.actions import SITE, git
from tests.starter.lab import Lab

RECIPIENTS = "Ada <ada@uni.edu>; bob@uni.edu"
MAIL = "mail: {from: papers@uni.edu, unsubscribe_mailto: leave@uni.edu}\n"
DAY = {"data/papers/2026/2026-09-24.jsonl": json.dumps(paper("2609.20003")) + "\n"}  # samples are never sent


def test_the_first_site_has_the_address_of_its_host_and_the_second_build_makes_nothing(lab: Lab) -> None:
    run = lab.pages()
    assert run.results == {
        "build": "success",
        "deploy": "success",
        "ping": "skipped",
        "mail": "skipped",
        "post": "skipped",
    }, run.log
    assert run.messages("error") == []
    assert "GitHub Pages, 1 GB a site: holds" in run.log
    assert {warning.partition(" at ")[0] for warning in run.messages("warning")} <= {
        "samples: made-up papers would be published"
    }
    published = lab.service.published
    for name in ("sitemap.xml", "feeds/daily.xml", "feeds/all.json"):
        text = (published / name).read_text("utf-8")
        assert f"{SITE}/" in text, name
        assert "127.0.0.1" not in text, name
    before = (published / "index.html").read_bytes()
    lab.push({"docs/members.md": "# Members\n"})
    run = lab.pages()
    assert run.is_green, run.log
    assert " 0 pages made" in run.log
    assert (published / "members" / "index.html").is_file()
    assert (published / "index.html").read_bytes() == before


def test_a_branch_that_is_not_the_default_one_is_not_published(lab: Lab) -> None:
    git(lab.desk, "push", "--quiet", "origin", "trunk:ideas")
    run = lab.pages(branch="ideas")
    assert set(run.results.values()) == {"skipped"}


def test_without_pages_the_log_says_where_to_click_and_a_warning_publishes(lab: Lab) -> None:
    lab.service.has_pages = False
    run = lab.pages()
    assert run.results == {
        "build": "failure",
        "deploy": "skipped",
        "ping": "skipped",
        "mail": "skipped",
        "post": "skipped",
    }
    error = run.messages("error")[-1]
    assert "https://github.com/Octo-Lab/Papers/settings/pages" in error
    assert "choose Source: GitHub Actions" in error
    assert "private repository" in error
    lab.push({"data/publications/withdrawn.yml": "---\n_id: '2'\nstatus: deleted\n"})
    run = lab.pages("workflow_dispatch", secrets={"PAGES_TOKEN": "administration=write"})
    assert run.results["deploy"] == "success", run.log
    assert any("record 2 is deleted" in warning for warning in run.messages("warning")), run.log


def test_a_wrong_setting_is_red_and_the_site_stays(lab: Lab) -> None:
    text = (lab.desk / "mkdocs.yml").read_text("utf-8")
    lab.push({"mkdocs.yml": text.replace("nav:\n", "nav:\n  - Missing: missing.md\n")})
    run = lab.pages()
    assert run.results["build"] == "failure"
    assert any("missing.md" in error for error in run.messages("error")), run.log
    assert not lab.service.published.exists()


def test_an_error_in_the_data_is_red_and_names_the_line(lab: Lab) -> None:
    lab.push({"data/papers/2026/2026-01-07.jsonl": "{}\n"})
    run = lab.pages()
    assert run.results["build"] == "failure"
    assert any("line=1" in annotation.properties for annotation in run.annotations), run.log


def test_a_server_of_ones_own_that_names_no_address_is_red(lab: Lab) -> None:
    run = lab.pages(overrides={"DIGEST_SITE_URL": "", "GITHUB_SERVER_URL": "https://git.uni.edu"})
    assert run.results["build"] == "failure"
    assert any("set site_url" in error for error in run.messages("error")), run.log


def test_an_edition_is_mailed_once_with_the_secrets_for_it(lab: Lab) -> None:
    text = (lab.desk / "digest.yml").read_text("utf-8")
    lab.push({"digest.yml": f"{text}\n{MAIL}"} | DAY)
    with Server() as server:
        secrets = server.environment | {"DIGEST_RECIPIENTS": RECIPIENTS}
        run = lab.pages(secrets=secrets)
        assert run.results["mail"] == "failure"
        assert any("DIGEST_MAIL_KEY" in error for error in run.messages("error"))
        secrets["DIGEST_MAIL_KEY"] = "0f" * 32
        for _ in range(2):
            run = lab.pages(secrets=secrets)
            assert run.is_green, run.log
        assert sorted(mail.recipient for mail in server.messages) == ["ada@uni.edu", "bob@uni.edu"]
        assert f"{SITE}/" in str(server.messages[0].parsed)
    assert lab.files("mail-log") == ["log.sqlite"]
    log = git(lab.service.origin, "cat-file", "-p", "mail-log:log.sqlite", errors="replace")
    assert not [name for name in ("ada@", "bob@") if name in log]
    assert "ada@uni.edu" not in run.log


def test_without_the_log_of_sent_mails_nothing_is_mailed_and_the_log_stays(lab: Lab) -> None:
    text = (lab.desk / "digest.yml").read_text("utf-8")
    lab.push({"digest.yml": f"{text}\n{MAIL}"} | DAY)
    with Server() as server:
        secrets = server.environment | {"DIGEST_RECIPIENTS": RECIPIENTS, "DIGEST_MAIL_KEY": "0f" * 32}
        assert lab.pages(secrets=secrets).is_green
        log = git(lab.service.origin, "rev-parse", "mail-log:log.sqlite").strip()
        before = git(lab.service.origin, "rev-parse", "mail-log")
        (lab.service.origin / "objects" / log[:2] / log[2:]).rename(lab.service.folder / "log")  # no fetch can succeed
        assert lab.pages(secrets=secrets).results["mail"] == "failure"
        assert git(lab.service.origin, "rev-parse", "mail-log") == before
        assert len(server.messages) == 2


def test_an_edition_is_posted_once_and_never_without_the_log_of_posts(lab: Lab) -> None:
    settings = (lab.desk / "mkdocs.yml").read_text("utf-8")
    lab.push({"mkdocs.yml": settings.replace("site_dir: site", "site_dir: public")} | DAY)
    with ChatServers() as chat:
        secrets = {"DIGEST_POST_JSON": chat.environment["DIGEST_POST_JSON"], "DIGEST_POST_KEY": "0f" * 32}
        for _ in range(2):
            run = lab.pages(secrets=secrets)
            assert run.is_green, run.log
        assert len(chat.posted["json"]) == 1
        assert lab.files("post-log") == ["log.sqlite"]
        assert chat.url not in git(lab.service.origin, "cat-file", "-p", "post-log:log.sqlite", errors="replace")
        log = git(lab.service.origin, "rev-parse", "post-log:log.sqlite").strip()
        before = git(lab.service.origin, "rev-parse", "post-log")
        (lab.service.origin / "objects" / log[:2] / log[2:]).rename(lab.service.folder / "log")  # no fetch can succeed
        assert lab.pages(secrets=secrets).results["post"] == "failure"
        assert git(lab.service.origin, "rev-parse", "post-log") == before
        assert len(chat.posted["json"]) == 1
