"""Every look constant of the product: type, sizes, shapes and colours."""

from dataclasses import dataclass

FONT = "Source Sans, Source Sans Pro, sans-serif"
SPC_HEIGHT = 346
MARGIN = {"l": 48, "r": 132, "t": 14, "b": 50}
# pixels: what a page of 1,280 leaves for the chart, and a letter of its labels
LABELS_WIDTH, LETTER_WIDTH = 1000, 7

# Shape says the same as colour, for whoever does not see the colour.
SYMBOLS = {
    "improvement": "triangle-up",
    "concern": "triangle-down",
    "change": "diamond",
}


@dataclass(frozen=True)
class Palette:
    """Colours of one theme; people who are colour-blind can tell the three meanings."""

    ground: str
    ink: str
    muted: str
    hairline: str
    common: str
    band: str
    improvement: str
    concern: str
    change: str


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
