"""The pages of the dashboard, in the order of the menu.

A new page is a file and a line here. The frame and the tests that go through all pages
take them from this list.
"""

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class ListedPage:
    """A page: its file, its name in the menu, and what the frame gives it.

    Pages with a `group` are in a menu of that name. `has_scope` offers a choice of area
    and kind of period, `has_indicator` of an indicator too.
    """

    path: str
    title: str
    group: str = ""
    has_scope: bool = True
    has_indicator: bool = False

    @property
    def address(self) -> str:
        """Return the path in the browser's address; "" for the first page."""
        return "" if self == PAGES[0] else PurePath(self.path).stem


OVERVIEW = ListedPage("pages/browse/overview.py", "Overview")
INDICATOR = ListedPage("pages/browse/indicator.py", "Indicator", has_indicator=True)
DRILL_DOWN = ListedPage("pages/browse/drill.py", "Drill-down", has_indicator=True)
IMPORTS = ListedPage("pages/data/imports.py", "Imports", "Data", has_scope=False)
DEFINITIONS = ListedPage(
    "pages/data/definitions.py", "Definitions", "Data", has_scope=False
)
PAGES = (OVERVIEW, INDICATOR, DRILL_DOWN, IMPORTS, DEFINITIONS)


def at(address: str) -> ListedPage:
    """Return the page at a path of the browser's address."""
    return next(page for page in PAGES if page.address == address)
