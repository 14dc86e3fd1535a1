"""Text that is not ours, such as a name from a file, as Streamlit's Markdown."""

import re

SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """Return Markdown that shows exactly `text`, in one line.

    Otherwise a picture in a borough's name, or in a link that someone was sent, would
    be fetched from wherever it says.
    """
    return SIGNS.sub(r"\\\1", re.sub(r"[\r\n]+", " ", text))
