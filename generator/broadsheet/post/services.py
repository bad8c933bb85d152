"""The chat services."""

from broadsheet.post.discord import DISCORD
from broadsheet.post.json_post import JSON
from broadsheet.post.slack import SLACK
from broadsheet.post.teams import TEAMS

SERVICES = (SLACK, DISCORD, TEAMS, JSON)
