"""The icons, the web app manifest, and the share images that depend on settings alone: of the site and of topics."""

import json
from collections.abc import Iterator

from broadsheet.index.catalogue import Catalogue
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.translations import gettext
from broadsheet.views.page import File
from broadsheet.views.share.card import CARD, Card, draw
from broadsheet.views.share.icons import icon_png, icon_svg
from broadsheet.views.share.picture import PAPER_COLOUR
from broadsheet.views.topic_colours import topic_hues

SITE_CARD = "assets/card.png"  # of every page without an image of its own; the theme names it, too
ICONS = "assets/icons/"
MANIFEST = "manifest.webmanifest"
FAVICON = "assets/images/favicon.png"  # the theme's default, which this one replaces
# The sizes of icons in pixels: of a browser's tab, of an iPhone's home screen, and of the manifest.
SIZES = {
    FAVICON: 48,
    f"{ICONS}apple-touch-icon.png": 180,
    f"{ICONS}icon-192.png": 192,
    f"{ICONS}icon-512.png": 512,
}


def pages(catalogue: Catalogue, settings: Settings, key: str = "") -> Iterator[File]:
    """Yield the icons, the manifest and the images."""
    logo = settings.site.logo
    yield File(f"{ICONS}icon.svg", icon_svg(logo))
    yield from (File(path, icon_png(logo, size)) for path, size in SIZES.items())
    yield File(MANIFEST, _manifest(settings))
    if settings.share_images != "none":
        site = settings.site
        yield File(SITE_CARD, draw(Card(site.site_name, site.site_url, text=site.site_description), settings))
        hues = topic_hues(settings.topics)
        for topic in settings.topics:
            yield File(topic_card(topic), draw(_topic(topic, hues[topic.id]), settings))


def topic_card(topic: Topic) -> str:
    """Return the path of a topic's share image."""
    return f"topics/{topic.id}/{CARD}"


def _topic(topic: Topic, hue: str) -> Card:
    return Card(topic.name, topic.id, place=gettext("Topic"), text=topic.relevant, hue=hue)


def _manifest(settings: Settings) -> bytes:
    """Return the web app manifest. Its addresses are relative, so the site works at any path."""
    icons = [
        {"src": path, "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for path, size in SIZES.items()
        if path.startswith(f"{ICONS}icon-")
    ]
    manifest = {
        "name": settings.site.site_name,
        "short_name": settings.site.site_name,
        "description": settings.site.site_description,
        "start_url": "./",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": PAPER_COLOUR,
        "theme_color": PAPER_COLOUR,
        "icons": icons,
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1).encode()
