"""Escapes against the markup of chat services: foreign text has no mentions, links or styles there."""

import re

_ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
# Slack has no escape for its styles, so the characters become others that look alike.
_SLACK_STYLES = str.maketrans(
    {"*": "\N{ASTERISK OPERATOR}", "~": "\N{TILDE OPERATOR}", "`": "\N{MODIFIER LETTER GRAVE ACCENT}"}
)
_SLACK_ITALIC = re.compile(r"(?<!\w)_|_(?!\w)")
_DISCORD = re.compile(r"([\\*_~`|<>\[\]()#])")
_DISCORD_LIST = re.compile(r"^(?=[-+]\s)|(?<=^\d)(?=\.\s)", re.MULTILINE)


def slack(text: str) -> str:
    """Escape text for mrkdwn: `&`, `<` and `>` are control characters, and `<!channel>` a mention.

    https://docs.slack.dev/messaging/formatting-message-text, "Escaping text"
    """
    text = _SLACK_ITALIC.sub("\N{MODIFIER LETTER LOW MACRON}", text.translate(_SLACK_STYLES))
    text = _without_emoji(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _without_mention(text)


def discord(text: str) -> str:
    """Escape text for Discord's Markdown and its forms of mentions (`@everyone`, `<@1>`, `<#1>`, `<t:0>`).

    https://docs.discord.com/developers/reference, "Message Formatting"
    """
    text = _DISCORD_LIST.sub(r"\\", _DISCORD.sub(r"\\\1", _without_emoji(text)))
    return _without_mention(text)


def teams(text: str) -> str:
    """Escape text for a ``TextRun``, which has no Markdown, but may have ``{{DATE(…)}}``.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
    """
    return text.replace("{{", f"{{{_ZERO_WIDTH}{{")


def _without_emoji(text: str) -> str:
    return _EMOJI.sub(f":{_ZERO_WIDTH}", text)


def _without_mention(text: str) -> str:
    return text.replace("@", f"@{_ZERO_WIDTH}")
