"""Versions: hashes that tell whether something has to be made again.

A step's version follows from what it runs and uses: its statements as they are run,
with their parts filled in, and the values that decide what goes into them. Comments
and line breaks of a statement do not count, nor does the text of a Python file.
"""

import hashlib
import re
from functools import lru_cache

# Longest first: a comment sign inside quotes is not one, nor is a quote in a comment.
_TOKENS = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*"   # texts and quoted names
    | (?P<skipped> /\*.*?\*/ | --[^\n]* | \s+ )
    | \w+ | .""",
    re.DOTALL | re.VERBOSE,
)


def digest(*parts: str) -> str:
    """Return a short hash of texts, in their order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def of_statements(*statements: str) -> str:
    """Return a hash of statements that a comment or another line break leaves as is."""
    return digest(*map(normalised, statements))


# a plan asks for the same statements once for each indicator and mart
@lru_cache(4096)
def normalised(statement: str) -> str:
    """Return a statement's words and signs, one space apart, without comments."""
    tokens = _TOKENS.finditer(statement)
    return " ".join(token[0] for token in tokens if not token["skipped"])
