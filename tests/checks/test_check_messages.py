"""The messages of `check` can be listed, so that the manual can be compared with them."""

from tests.check_messages import check_messages


def test_every_message_of_check_can_be_listed() -> None:
    messages = check_messages()
    by_text = {message.message: message for message in messages}
    for text in (
        "topic … matches no paper yet",
        "site_url is not an absolute http(s) address",
        "nothing reads this file",
        "…: no such setting",
        "there is no theme {}",
        "a tab in the indent",
        "sample papers beside real ones",
        "… scanned, yet … fetched with … duplicates",
    ):
        assert any(text in message for message in by_text), text
    assert by_text["topic … matches no paper yet"].is_warning
    assert not by_text["site_url is not an absolute http(s) address"].is_warning
    assert len(messages) > 120
