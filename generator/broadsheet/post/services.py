"""The chat services.

To add one: a module with `payload(bulletin)`, which keeps the service's documented limits, `status(reply)`, and its
`ChatService`. Its variable is ``DIGEST_POST_`` and its id. `escapes.py` has its escapes, and `tests/chat_servers.py`
plays its rules.
"""

from broadsheet.post.discord import DISCORD
from broadsheet.post.json_post import JSON
from broadsheet.post.slack import SLACK
from broadsheet.post.teams import TEAMS

SERVICES = (SLACK, DISCORD, TEAMS, JSON)
