"""Text that is not ours, such as a name from a file, as Streamlit's Markdown."""

import re

SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """Return Markdown that shows exactly `text`, in one line.

    A picture in a borough's name, or in a link that somebody was sent, would otherwise
    be fetched from wherever it says.
    """
    return SIGNS.sub(r"\\\1", re.sub(r"[\r\n]+", " ", text))


# how to read the shade of a square, by the good direction; in the dark theme a stronger
# one is lighter
SHADES = {
    "higher": "A stronger shade is lower, and so worse.",
    "lower": "A stronger shade is higher, and so worse.",
}
EITHER_SHADE = "A stronger shade is higher."
