"""How charts look: type, sizes, shapes and colours."""

from dataclasses import dataclass

FONT = "Source Sans, Source Sans Pro, sans-serif"
SPC_HEIGHT = 346
MARGIN = {"l": 48, "r": 132, "t": 14, "b": 50}
# in pixels: the width that a page of 1,280 leaves for a chart, and a letter's
LABELS_WIDTH, LETTER_WIDTH = 1000, 7

# shape says the same as colour, for people who do not see the colour
SYMBOLS = {
    "improvement": "triangle-up",
    "concern": "triangle-down",
    "change": "diamond",
}


@dataclass(frozen=True)
class Palette:
    """Colours of one theme; colour-blind people can tell the three meanings apart."""

    ground: str
    ink: str
    muted: str
    hairline: str
    common: str
    band: str
    improvement: str
    concern: str
    change: str

    def of_meaning(self, meaning: str, otherwise: str) -> str:
        """Return the colour of a meaning, or another where there is none."""
        return getattr(self, meaning) if meaning in SYMBOLS else otherwise


PALETTES = {
    "light": Palette(
        ground="#ffffff",
        ink="#1b2a41",
        muted="#5b6778",
        hairline="#e3e7ec",
        common="#8a94a3",
        band="rgba(27, 42, 65, 0.07)",
        improvement="#12436D",
        concern="#F46A25",
        change="#801650",
    ),
    "dark": Palette(
        ground="#10151c",
        ink="#e6ebf2",
        muted="#9aa7b8",
        hairline="#2a3442",
        common="#7f8b9b",
        band="rgba(230, 235, 242, 0.09)",
        improvement="#7ab8ec",
        concern="#F58B55",
        change="#d98bb8",
    ),
}


def text_on(colour: str, palette: Palette) -> str:
    """Return whichever of ink and ground is easier to read on a colour, "#rrggbb"."""
    return max(palette.ink, palette.ground, key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
