"""The glossary, which pages show behind their terms."""

import re

from kpis.definitions import glossary
from tests.exports import PROJECT


def test_every_entry_of_the_glossary_is_read_once_and_in_order():
    text = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\*\*(.+?)\.\*\* ", text, flags=re.MULTILINE)
    assert terms == sorted(terms, key=str.lower)
    assert list(glossary.entries()) == terms
    # an entry is one line: what follows on another would not be shown
    assert len(text.strip().split("\n\n")) == 1 + len(terms)


def test_words_have_no_markdown():
    assert "*" in glossary.entries()["Abandoned call"]
    assert not re.search(r"[*`]", glossary.plain("Abandoned call"))


def test_every_term_that_a_page_explains_has_a_meaning():
    said = "".join(
        file.read_text(encoding="utf-8") for file in (PROJECT / "pages").rglob("*.py")
    )
    asked = re.findall(r"elements\.header\(\s*\"[^\"]+\"((?:,\s*\"[^\"]+\")*)", said)
    terms = [term for each in asked for term in re.findall(r"\"([^\"]+)\"", each)]
    assert len(terms) > 10
    assert not set(terms) - set(glossary.entries())
