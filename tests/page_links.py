"""Links that show every side of every page, for tests that go through all pages.

They begin with the list of pages, so a new page is among them by itself. Give a page
examples here if its bare address does not show all of it.
"""

from pages._frame import page_list
from pages._frame.page_list import ListedPage

ATTENDED = "kpi=ops_immediate_attended_in_target"
EXAMPLES: dict[ListedPage, dict[str, str]] = {
    page_list.OVERVIEW: {
        "overview": "",
        "borough": "area=QK&by=quarter",
        "london": "view=London&by=year&form=Boundaries",
        "side by side": "view=Side+by+side&by=year&areas_beside=Brent&areas_beside=MPS",
    },
    page_list.INDICATOR: {
        "indicator": f"{ATTENDED}&by=quarter",
        "over time": f"{ATTENDED}&areas=Over+time",
        "site": "kpi=ops_999_answered_in_target&area=QK",
        "people": "kpi=emp_call_handler_turnover",
        "no indicator": "",
    },
    page_list.DRILL_DOWN: {
        "drill-down": f"{ATTENDED}&by=quarter&groups=Origin",
        "source": "area=QK&source=Incidents&source_groups_incidents=Origin",
    },
}


def links() -> dict[str, str]:
    """Return the links by name, each to be put after the server's address and "/"."""
    return {
        name: f"{page.address}?{query}"
        for page in page_list.PAGES
        for name, query in EXAMPLES.get(page, {page.title.lower(): ""}).items()
    }
