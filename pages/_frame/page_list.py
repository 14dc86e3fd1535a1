"""The pages of the dashboard, in the order of the menu.

A new page is a file and a line here. The frame and the tests that go through all pages
take them from this list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

ATTENDED = "kpi=ops_immediate_attended_in_target"


@dataclass(frozen=True)
class ListedPage:
    """A page: its file, its name in the menu, and what the frame gives it.

    Pages with a `group` are in a menu of that name. `has_scope` offers a choice of area
    and kind of period, `has_indicator` of an indicator too. `examples` show every side
    of the page, by name: what its address has after the "?".
    """

    path: str
    title: str
    group: str = ""
    has_scope: bool = True
    has_indicator: bool = False
    examples: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def address(self) -> str:
        """Return the path in the browser's address; "" for the first page."""
        return "" if self == PAGES[0] else PurePath(self.path).stem

    def links(self) -> dict[str, str]:
        """Return its examples with their path; without any, the page as it is drawn.

        A page with an indicator is drawn only once there is one in its address.
        """
        query = ATTENDED if self.has_indicator else ""
        examples = self.examples or {self.title.lower(): query}
        return {name: f"{self.address}?{one}" for name, one in examples.items()}


OVERVIEW = ListedPage(
    "pages/browse/overview.py",
    "Overview",
    examples={
        "overview": "",
        "borough": "area=QK&by=quarter",
        "london": "view=London&by=year&form=Boundaries",
        "side by side": "view=Side+by+side&by=year&areas_beside=Brent&areas_beside=MPS",
    },
)
INDICATOR = ListedPage(
    "pages/browse/indicator.py",
    "Indicator",
    has_indicator=True,
    examples={
        "indicator": f"{ATTENDED}&by=quarter",
        "over time": f"{ATTENDED}&areas=Over+time",
        "site": "kpi=ops_999_answered_in_target&area=QK",
        "people": "kpi=emp_call_handler_turnover",
        "no indicator": "",
    },
)
DRILL_DOWN = ListedPage(
    "pages/browse/drill.py",
    "Drill-down",
    has_indicator=True,
    examples={
        "drill-down": f"{ATTENDED}&by=quarter&groups=Origin",
        "source": "area=QK&source=Incidents&source_groups_incidents=Origin",
    },
)
IMPORTS = ListedPage("pages/data/imports.py", "Imports", "Data", has_scope=False)
DEFINITIONS = ListedPage(
    "pages/data/definitions.py", "Definitions", "Data", has_scope=False
)
PAGES = (OVERVIEW, INDICATOR, DRILL_DOWN, IMPORTS, DEFINITIONS)


def at(address: str) -> ListedPage:
    """Return the page at a path of the browser's address."""
    return next(page for page in PAGES if page.address == address)
