"""A visitor of the pages: a session that runs app.py, without a browser."""

import re

from streamlit.testing.v1 import AppTest

from pages._frame import page_list
from tests.exports import PROJECT

INDICATOR, IMPORTS = page_list.INDICATOR.path, page_list.IMPORTS.path
DRILL = page_list.DRILL_DOWN.path
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def visitor(page: str = "", **asked: str) -> AppTest:
    """Open a page as a new visitor; no script may fail."""
    at = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=30)
    at.query_params.update(asked)
    at.run()
    return checked(at.switch_page(page).run() if page else at)


def checked(at: AppTest) -> AppTest:
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    """All text on the page, as it is read."""
    parts = [*at.title, *at.markdown, *at.caption, *at.error, *at.warning]
    return "\n".join(as_read(part.value) for part in parts)


def as_read(text: str) -> str:
    """What a reader sees of Markdown in which every sign is escaped."""
    return ESCAPED.sub(r"\1", text)
