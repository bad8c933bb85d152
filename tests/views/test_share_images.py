"""Share images, icons and the font: drawn for every kind of page, from any text, and the same each time."""

import io
import json
import os
from pathlib import Path

import lxml.html
import pytest
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont
from playwright.sync_api import Browser, Route

from broadsheet import PROGRAM
from broadsheet.build.build import build
from broadsheet.build.preview import served
from broadsheet.settings.config import Settings
from broadsheet.settings.site import Site
from broadsheet.views.share.card import Card, Score, draw
from broadsheet.views.share.icons import icon_png, icon_svg
from broadsheet.views.share.picture import (
    ACCENT_COLOUR,
    HEIGHT,
    INK,
    INK_COLOUR,
    PAPER,
    PAPER_COLOUR,
    RULE_COLOUR,
    WIDTH,
    Picture,
    drawable,
    width,
)
from broadsheet.views.topic_colours import PALETTE
from tests.example import WITH_IMAGES, make_digest, paper

ADDRESS = "https://example.org/broadsheet/"
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def properties(file: Path) -> dict[str, str]:
    """Return the Open Graph and Twitter tags of a page."""
    tags = lxml.html.fromstring(file.read_bytes()).xpath("//head/meta[@content]")
    return {tag.get("property") or tag.get("name") or "": tag.get("content") for tag in tags}


def test_every_page_has_tags_and_an_image_that_is_there(demo: Path) -> None:
    pages = [file for file in demo.rglob("*.html") if "embed" not in file.parts]
    assert len(pages) > 100
    images = set()
    for file in pages:
        tags = properties(file)
        assert tags["og:title"], file
        assert tags["og:description"], file
        assert tags["og:site_name"], file
        if file.name == "index.html":  # not the page for lost addresses
            assert tags["og:url"].startswith(ADDRESS), file
        assert tags["og:image:alt"], file
        assert tags["twitter:card"] == "summary_large_image", file
        images.add(demo / tags["og:image"].removeprefix(ADDRESS))
    assert len(images) > 50
    for image in images:
        with Image.open(image) as picture:
            assert (picture.format, picture.size) == ("PNG", (1200, 630)), image


def test_every_page_has_icons_a_manifest_and_the_colours_of_the_browser(demo: Path) -> None:
    for file in demo.rglob("*.html"):
        if "embed" in file.parts:
            continue
        head = lxml.html.fromstring(file.read_bytes()).find("head")
        assert {"icon", "apple-touch-icon", "manifest"} <= set(head.xpath("link/@rel")), file
        assert head.xpath("meta[@name='theme-color']/@media") == [
            "(prefers-color-scheme: light)",
            "(prefers-color-scheme: dark)",
        ], file


@pytest.mark.parametrize(
    ("address", "image"),
    [
        ("", "daily/2025/06/04/card.png"),
        ("daily/2025/06/04/", "daily/2025/06/04/card.png"),
        ("monthly/2025-06/", "monthly/2025-06/card.png"),
        ("topics/ai-for-science/", "topics/ai-for-science/card.png"),
        ("statistics/", "assets/card.png"),
        ("manual/start/", "assets/card.png"),
    ],
)
def test_the_image_of_a_page(demo: Path, address: str, image: str) -> None:
    assert properties(demo / address / "index.html")["og:image"] == ADDRESS + image


def digest_of(root: Path, setting: str) -> Path:
    days = {"2025-02-03": [paper("2502.00001")], "2025-05-27": [paper("2505.00001"), paper("2505.00002")]}
    make_digest(root, days, f"{WITH_IMAGES}\nshare_images: {setting}\n")
    build(root)
    return root / "site"


def cards(site: Path) -> set[str]:
    """Return the addresses of the pages with an image of their own."""
    return {file.parent.relative_to(site).as_posix() for file in site.rglob("card.png")} - {"assets"}


def test_the_setting_decides_which_pages_have_an_image(tmp_path: Path) -> None:
    sites = {setting: digest_of(tmp_path / setting, setting) for setting in ("top", "all", "none")}
    old, new = {"daily/2025/02/03", "papers/2502.00001", "weekly/2025-W06"}, {"daily/2025/05/27", "papers/2505.00001"}
    assert new <= cards(sites["top"])
    assert not old & cards(sites["top"])
    assert old | new <= cards(sites["all"])
    assert not list(sites["none"].rglob("card.png"))
    tags = properties(sites["none"] / "index.html")
    assert tags["og:title"]
    assert "og:image" not in tags
    assert tags["twitter:card"] == "summary"
    assert properties(sites["top"] / "daily/2025/02/03/index.html")["og:image"].endswith("/assets/card.png")


def test_one_more_day_draws_its_own_images(tmp_path: Path) -> None:
    site = digest_of(tmp_path, "top")
    before = (tmp_path / "docs/papers/2505.00001/card.png").stat()
    make_digest(tmp_path, {"2025-05-30": [paper("2505.00003")]}, f"{WITH_IMAGES}\nshare_images: top\n")
    build(tmp_path)
    assert os.path.samestat(before, (tmp_path / "docs/papers/2505.00001/card.png").stat())
    assert "papers/2505.00003" in cards(site)


def test_an_image_has_the_same_bytes_each_time() -> None:
    card = Card("A title", text="Ada Lovelace", hue="blue", label="LLMs", score=Score(17, 9, 8))
    assert draw(card, Settings()) == draw(card, Settings())


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Attention", "Attention"),
        ("Größe, Łódź, Αθήνα, Москва", "Größe, Łódź, Αθήνα, Москва"),
        ("An 𝒪(n²) bound in ℝⁿ", "An O(n²) bound in Rⁿ"),
        ("🚀 Fast \N{VARIATION SELECTOR-16}models", "Fast models"),
        ("e\N{COMBINING ACUTE ACCENT}tude", "étude"),
        ("x\N{COMBINING CIRCUMFLEX ACCENT} and T\N{COMBINING TILDE}", "x and T"),
        ("g\N{COMBINING RING ABOVE} o\N{COMBINING MACRON BELOW} a\N{COMBINING RIGHT ARROW ABOVE}b", "g o ab"),
        ("q\N{COMBINING ACUTE ACCENT}\N{COMBINING TILDE}e\N{COMBINING TILDE}", "qẽ"),
        ("大语言模型的稀疏注意力", ""),
        ("شبكات عصبية", ""),
        ("למידה עמוקה", ""),
        ("हिन्दी", ""),
        ("Sums A ⊗ B", ""),
        ("\N{RIGHT-TO-LEFT OVERRIDE}abc", "abc"),
        ("", ""),
    ],
)
def test_a_text_without_its_letters_is_left_out(text: str, drawn: str) -> None:
    assert drawable(text) == drawn


def test_an_image_of_foreign_text_shows_what_stands_in() -> None:
    settings = Settings(site=Site(site_name="読書", site_url="https://digest.example/"))
    plain = Settings(site=Site(site_name="digest.example", site_url="https://digest.example/"))
    assert draw(Card("注意力", "2505.00001"), settings) == draw(Card("2505.00001"), plain)


@pytest.mark.parametrize("text", ["AVATAR: To fly, Wolff's “Type”", "Größe, Łódź, Αθήνα, Москва", "e⃗ f̂ i", "a  b"])
@pytest.mark.parametrize("size", [24, 30, 72])
@pytest.mark.parametrize("left", [64, 64.25, 64.5, 99.984375])
def test_letters_are_placed_and_kerned_as_in_a_whole_line(text: str, size: int, left: float) -> None:
    letters = Picture()
    letters.text(left, 300.4, text, size)
    line = Image.new("L", (WIDTH, HEIGHT), PAPER)
    font = ImageFont.truetype(PROGRAM / "views/fonts/card.woff2", size)
    ImageDraw.Draw(line).text((left, 300.4), text, INK, font, anchor="ls")
    assert width(text, size) == font.getlength(text)
    with Image.open(io.BytesIO(letters.png())) as image:
        difference = ImageChops.difference(line, Image.frombytes("L", image.size, image.tobytes()))
    assert max(difference.tobytes()) <= 1  # of 12, where letters overlap


@pytest.mark.parametrize("hues", [1, 2, 8])
def test_an_image_shows_its_colours(hues: int) -> None:
    card = Card("A title", bars=[(20, hue) for hue in [*PALETTE][:hues]])
    with Image.open(io.BytesIO(draw(card, Settings()))) as image:
        image.verify()
    with Image.open(io.BytesIO(draw(card, Settings()))) as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 16) or ()}
    flat = [ACCENT_COLOUR, RULE_COLOUR, PAPER_COLOUR, INK_COLOUR, *(hue.light for hue in [*PALETTE.values()][:hues])]
    assert {ImageColor.getrgb(colour) for colour in flat} <= colours
    assert len(colours) <= 13 + 2 + hues


@pytest.mark.parametrize("title", ["", "word " * 400, "x" * 3000, "<b>&amp;</b>\x00\n{}"])
def test_any_title_can_be_drawn(title: str) -> None:
    card = Card(title, "id", title, title, title, "red", Score(2, 1, 1), [(2, title), (None, title)])
    assert draw(card, Settings()).startswith(b"\x89PNG")
    assert draw(card._replace(score=None, bars=[(20, "grey")] * 1000), Settings())


def picture(size: tuple[int, int], colour: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


def test_the_manifest_names_icons_that_are_there(demo: Path) -> None:
    manifest = json.loads((demo / "manifest.webmanifest").read_bytes())
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    for icon in manifest["icons"]:
        with Image.open(demo / icon["src"]) as image:
            assert "{}x{}".format(*image.size) == icon["sizes"]
    head = lxml.html.fromstring((demo / "daily/2025/06/04/index.html").read_bytes())
    links = head.xpath("//head/link[@rel='icon' or @rel='apple-touch-icon' or @rel='manifest']/@href")
    assert len(links) == 4
    assert all((demo / "daily/2025/06/04" / link).is_file() for link in links)
    assert head.xpath("//meta[@name='theme-color']/@media") == [
        "(prefers-color-scheme: light)",
        "(prefers-color-scheme: dark)",
    ]


def test_icons_show_the_logo() -> None:
    with Image.open(io.BytesIO(icon_png(picture((300, 100), "#00ff00"), 180))) as icon:
        assert icon.size == (180, 180)
        assert icon.getpixel((90, 90)) == (0, 255, 0)
        assert icon.getpixel((90, 10)) == (255, 254, 251)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    assert icon_svg(svg) == svg
    assert b"data:image/png" in icon_svg(picture((64, 64), "red"))


@pytest.mark.parametrize("logo", [b"", b"no image", b"\x89PNG\r\n\x1a\n", picture((64, 64), "red")[:60]])
def test_a_logo_that_is_no_image_leaves_the_sign_of_the_program(logo: bytes) -> None:
    assert icon_png(logo, 48) == icon_png(b"", 48)
    assert icon_svg(logo) == icon_svg(b"")


def test_the_logo_of_mkdocs_yml_is_the_icon(tmp_path: Path) -> None:
    make_digest(tmp_path, {"2025-05-27": [paper("2505.00001")]})
    (tmp_path / "docs").mkdir(exist_ok=True)
    (tmp_path / "docs/sign.png").write_bytes(picture((64, 64), "#0000ff"))
    mkdocs = tmp_path / "mkdocs.yml"
    mkdocs.write_text(mkdocs.read_text().replace("theme:\n", "theme:\n  logo: sign.png\n"))
    build(tmp_path)
    with Image.open(tmp_path / "site/assets/icons/icon-192.png") as icon:
        assert icon.getpixel((96, 96)) == (0, 0, 255)


def test_the_font_is_small_and_has_its_licence(demo: Path) -> None:
    assert (demo / "assets/serif.woff2").stat().st_size <= 40_000
    assert "SIL Open Font License" in (demo / "assets/OFL.txt").read_text()


@pytest.mark.parametrize("delay_ms", [0, 150, 800])
def test_a_late_font_moves_nothing(demo: Path, chromium: Browser, delay_ms: int) -> None:
    with served(demo, "/broadsheet/", "127.0.0.1", 0) as address:
        tab = chromium.new_page(base_url=address)
        tab.add_init_script(SHIFTS)

        def late(route: Route) -> None:
            tab.wait_for_timeout(delay_ms)
            route.continue_()

        tab.route("**/serif.woff2", late)
        tab.goto("daily/2025/05/27/")
        tab.evaluate("document.fonts.ready.then(() => true)")
        assert tab.evaluate("window.shift") <= 0.01
        tab.close()
