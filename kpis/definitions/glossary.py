"""What the product's terms mean: `docs/glossary.md`, for pages to show."""

import re
from functools import cache

from kpis import settings

_ENTRY = re.compile(r"\*\*(?P<term>[^*]+)\.\*\* (?P<text>.+)")


@cache
def entries() -> dict[str, str]:
    """Return the meaning of every term, in Markdown, as the glossary has them."""
    file = settings.PROJECT / "docs" / "glossary.md"
    found = map(_ENTRY.fullmatch, file.read_text(encoding="utf-8").splitlines())
    return {one["term"]: one["text"] for one in found if one}


def plain(term: str) -> str:
    """Return the meaning of a term without Markdown's signs."""
    return re.sub(r"[*`]", "", entries()[term])
