"""Every page without a mouse: what Tab reaches, in which order, and what it does.

The pages and their examples come from `pages/_frame/page_list.py`.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kpis.definitions import indicators
from tests.browser.visit import settle, title, visit
from tests.page_links import links

ATTENDED = "ops_immediate_attended_in_target"
TITLE = indicators.load()[ATTENDED].wording.title
# more than any page needs
MOST_STEPS = 250
FIRST = "Skip to main content"
WATCH = (Path(__file__).parent / "keyboard.js").read_text(encoding="utf-8")
# compare only what does not move
STILL = "*, *::before, *::after { transition: none !important }"
# for each chart its name and the table after it: open, or one key away
DRAWN = """charts => charts.map(chart => {
  const after = [...document.querySelectorAll("summary, [data-testid=stDataFrame]")]
    .find(one => chart.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
  const table = after?.tagName === "SUMMARY" ? after.innerText : "as a table"
  return [chart.getAttribute("role"), chart.getAttribute("aria-label"), table]
})"""


@pytest.fixture(scope="module")
def address(serve, demo_home) -> str:
    return serve(demo_home)


@pytest.mark.parametrize("name", links())
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    address, page, name
):
    visit(page, f"{address}/{links()[name]}")
    page.add_style_tag(content=STILL)
    for role, sentence, table in page.get_by_test_id("stPlotlyChart").evaluate_all(
        DRAWN
    ):
        assert role == "figure", "show a chart with charts.show_chart"
        assert re.search(r"\w+ .+\.$", sentence), (
            f"the sentence of a chart has several words and a full stop: {sentence!r}"
        )
        assert table.endswith("as a table"), (
            "after a chart comes its table: elements.folded_table with a label that "
            f"ends with 'as a table', not {table!r}"
        )
    page.evaluate(WATCH)
    assert go_round(page) > 8, "Tab hardly stops anywhere: the frame alone has more"
    for what, wrong in (
        ("Tab does not reach", "unreached"),
        ("Tab reaches too early or too late", "disordered"),
        ("nothing shows where Tab is at", "unmarked"),
    ):
        found = page.evaluate(f"keyboard.{wrong}()")
        assert found == [], f"{what}: {found}"


def go_round(page: Page) -> int:
    """Press Tab until the page starts again; return how many stops there were."""
    places = 0
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        name, is_known = page.evaluate("keyboard.step()")
        places += not is_known
        if is_known and FIRST in name:
            return places
    pytest.fail(f"the focus stays at {name}")


def test_a_visitor_without_a_mouse_gets_from_the_overview_to_a_file(address, page):
    visit(page, f"{address}/?area=QK&by=quarter")
    page.evaluate(WATCH)
    press_at(page, TITLE)
    expect(title(page)).to_have_text(TITLE)
    settle(page)
    press_at(page, "stSelectbox Area", "Camden", "Enter")
    expect(page.get_by_test_id("stMetric")).to_contain_text("Camden, ")
    settle(page)
    press_at(page, "Series as a table")
    table = page.get_by_test_id("stExpander").filter(has_text="Series as a table")
    expect(table.get_by_test_id("stDataFrame")).to_be_visible()
    with page.expect_download() as waiting:
        press_at(page, "This series (CSV)")
    assert waiting.value.suggested_filename == f"{ATTENDED}_EK_by_quarter.csv"


def press_at(page: Page, name: str, *keys: str) -> None:
    """Press Tab until a place's name ends with `name`; press keys there, or Enter."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at, _ = page.evaluate("keyboard.step()")
        if at.endswith(name):
            break
    else:
        pytest.fail(f"Tab does not lead to {name}")
    for key in keys or ["Enter"]:
        (page.keyboard.press if key == "Enter" else page.keyboard.type)(key)
