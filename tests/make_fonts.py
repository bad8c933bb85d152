"""Make the two fonts of the program, once, from the release of Source Serif 4 by Adobe on npm.

    npm pack source-serif@4.5.1 && tar xzf source-serif-4.5.1.tgz
    pip install fonttools brotli
    python tests/make_fonts.py package

``serif.woff2`` is for pages: one weight, for titles and headlines alike, and the letters of Western Europe; browsers
take other letters from the next font of the stack. ``card.woff2`` is for share images: one weight, and every letter and
symbol, since an image has no next font. The licence reserves the name Source for unchanged fonts, so both have another.
"""

import sys
from pathlib import Path
from string import ascii_letters

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).resolve().parent.parent / "generator" / "broadsheet" / "views" / "fonts"
VARIABLE = "VAR/SourceSerif4Variable-Roman.ttf"
SEMIBOLD = "TTF/SourceSerif4Subhead-Semibold.ttf"
NAME = "Broadsheet Serif"
SIZE_FOR_TITLES = 18  # the optical size, in points
WEIGHT = 540  # a second one, in a variable font, would add 8 KB to the first page
ASCII = range(0x20, 0x7F)
WEST = [*ASCII, *range(0xC0, 0x100), *map(ord, "\N{NO-BREAK SPACE}«»°±·–—‘’“”…−×≤≥→∞")]


def main(package: Path) -> None:
    """Write both fonts and their licence."""
    FONTS.mkdir(exist_ok=True)
    _save(_kern_letters(_subset(_pages_font(package), WEST, ("kern",))), "serif.woff2")
    card = TTFont(package / SEMIBOLD)
    _save(_subset(card, sorted(card.getBestCmap()), ("kern",)), "card.woff2")
    (FONTS / "OFL.txt").write_bytes((package / "LICENSE.md").read_bytes())


def _pages_font(package: Path) -> TTFont:
    return instancer.instantiateVariableFont(TTFont(package / VARIABLE), {"opsz": SIZE_FOR_TITLES, "wght": WEIGHT})


def _subset(font: TTFont, characters: list[int], features: tuple[str, ...]) -> TTFont:
    options = subset.Options(hinting=False, notdef_outline=True, layout_features=features)
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.drop_tables += ["STAT"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def _kern_letters(font: TTFont) -> TTFont:
    """Keep the kerning of letters without accents alone: all of it would be a quarter of the font."""
    subsetter = subset.Subsetter()
    names = font.getBestCmap()
    subsetter.glyphs_gsubed = subsetter.glyphs = {names[ord(letter)] for letter in f"{ascii_letters} .,-:’"}
    font["GPOS"].subset_glyphs(subsetter)
    return font


def _save(font: TTFont, name: str) -> None:
    for record in list(font["name"].names):
        if record.nameID in (1, 4, 6):
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    font.recalcTimestamp = False
    font.flavor = "woff2"
    font.save(FONTS / name)
    print(f"{name}: {(FONTS / name).stat().st_size} bytes, {len(font.getBestCmap())} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
