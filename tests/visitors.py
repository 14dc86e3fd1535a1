"""A visitor of the pages: a session that runs app.py, without a browser."""

from streamlit.testing.v1 import AppTest

from tests.exports import PROJECT

INDICATOR, IMPORTS = "pages/browse/indicator.py", "pages/data/imports.py"
DRILL = "pages/browse/drill.py"


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
    """All text on the page."""
    parts = [*at.title, *at.markdown, *at.caption, *at.error, *at.warning]
    return "\n".join(part.value for part in parts)
