"""White space of every kind: what looks like nothing, in a text of an export.

`sql/macros/without_blanks.sql` does the same to values.
"""

import unicodedata

# separators, control characters, and characters that only steer the layout
BLANKS = ("Zs", "Zl", "Zp", "Cc", "Cf")


def is_blank(character: str) -> bool:
    """Whether a character shows nothing: a space, a tab, a byte order mark ..."""
    return unicodedata.category(character) in BLANKS


def plain(text: str) -> str:
    """Return a text without white space around it, and with plain spaces inside."""
    if text.isascii() and text.isprintable():
        return text.strip()
    spaced = (
        " "
        if unicodedata.category(character) == "Zs" or character == "\t"
        else character
        for character in text
        if unicodedata.category(character) != "Cf"
    )
    kept = "".join(spaced)
    first = next((i for i, sign in enumerate(kept) if not is_blank(sign)), len(kept))
    last = next((i for i, sign in enumerate(reversed(kept)) if not is_blank(sign)), 0)
    return kept[first : len(kept) - last]
