"""Each page in a real browser: its figures, its links, its looks."""

import json
import re
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pandas as pd
import pytest
from playwright.sync_api import expect

from kpis import __main__ as command_line
from kpis import formatting
from kpis.definitions import indicators
from tests.browser.visit import (
    choice,
    choose,
    download,
    settle,
    table,
    title,
    visit,
)

KPIS = indicators.load()
AREAS = {"MPS": "MPS", "QK": "Brent", "IR": "Information Room, New Scotland Yard"}
ATTENDED = "ops_immediate_attended_in_target"
# one of each kind and peculiarity
DOZEN = {
    kpi_id: KPIS[kpi_id]
    for kpi_id in (
        ATTENDED,
        "ops_immediate_response_median",
        "ops_999_answered_in_target",
        "ops_calls_per_1000_residents",
        "ops_avoidable_contact_share",
        "ops_duplicate_call_ratio",
        "cust_public_confidence",
        "cust_satisfaction_gap",
        "cust_999_action_satisfaction",
        "cust_patrol_satisfaction",
        "cust_front_counter_wait_in_target",
        "emp_call_handler_turnover",
        "emp_frontline_time_share",
        "fin_cost_per_call",
        "fin_budget_variance",
        "fin_avoidable_contact_cost",
    )
}
STATES = {
    "value", "too_few", "provisional", "reported", "not_applicable", "not_measured",
}  # fmt: skip
# name, figure and cases of the rows of a scoreboard
CELLS = """rows => rows.map(row => ["th button", ".figure > span", ".count"]
    .map(part => row.querySelector(part).innerText))"""
# thin spaces in figures are for the eye
SPACES = re.compile(r"\s+")
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 21, 28)"}


@pytest.fixture(scope="module")
def address(serve, demo_home) -> str:
    return serve(demo_home)


def shown(kpi_id: str, capsys, *arguments: str, areas=AREAS) -> dict[str, dict]:
    """Return what `kpis show --json` prints, by area; a new process would be slow."""
    command_line.main(["show", kpi_id, "--area", *areas, *arguments, "--json"])
    return {row["area"]: row for row in json.loads(capsys.readouterr().out)}


def worded(row: dict) -> str:
    """A figure of the command line as a page words it."""
    if row["value"] is None:
        return formatting.of_state(row["state"]).capitalize()
    kpi = KPIS[row["kpi"]]
    if kpi.measure.kind == "sum":
        return formatting.between(row["lower"], row["upper"], kpi.measure.unit)
    cases = formatting.cases(kpi.measure.counts, row["n"])
    return formatting.figure(row["value"], kpi.measure.unit, cases)


def counted(row: dict) -> str:
    """The cases of a figure as a page counts them; empty where there are no cases."""
    is_counted = row["value"] is not None and KPIS[row["kpi"]].measure.counts == "cases"
    return formatting.count(row["n"]) if is_counted and row["n"] else ""


def words(text: str) -> str:
    return SPACES.sub(" ", text).strip()


@pytest.mark.parametrize("by", ["month", "quarter"])
def test_the_figures_match_the_command_line(
    address, demo_home, page, by, monkeypatch, capsys
):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo_home))
    said = {}
    for kpi_id, kpi in DOZEN.items():
        # like `show`, the page uses the longer period of indicators without quarters
        has_quarters = not {"rolling12", "year"} & set(
            kpi.population.smallest_period.values()
        )
        asked = ["--by", "quarter"] if by == "quarter" and has_quarters else []
        said[kpi_id] = shown(kpi_id, capsys, *asked)
        if kpi.measure.accumulate == "rolling12":
            # the large figure is twelve months to the same end
            end = said[kpi_id]["MPS"]["period_end"][:7]
            window = ["--from", end, "--to", end, "--by", "rolling12"]
            said[kpi_id] = shown(kpi_id, capsys, *window)
    kinds = {row["state"] for areas in said.values() for row in areas.values()}
    assert kinds >= STATES
    for area in AREAS:
        visit(page, f"{address}/?area={area}&by={by}")
        rows = page.locator("tbody tr:has(.figure)")
        expect(rows).to_have_count(len(KPIS))
        found = {name: cells for name, *cells in rows.evaluate_all(CELLS)}
        for kpi_id, kpi in DOZEN.items():
            row = said[kpi_id][area]
            if row["state"] == "not_applicable" and kpi.population.area == "site":
                # a borough shows the figure of the site that serves it
                continue
            assert [words(one) for one in found[kpi.wording.title]] == [
                words(worded(row)),
                words(counted(row)),
            ]


@pytest.mark.parametrize(
    ("kpi_id", "area", "by"),
    [
        (ATTENDED, "MPS", "year"),
        ("ops_immediate_response_median", "MPS", "quarter"),
        ("ops_999_answered_in_target", "IR", "month"),
        ("ops_999_answered_in_target", "MPS", "week"),
        ("cust_public_confidence", "QK", "quarter"),
        ("ops_calls_per_1000_residents", "QK", "month"),
        ("ops_999_answer_p95", "MPS", "week"),
        ("fin_cost_per_call", "MPS", "month"),
        ("cust_satisfaction_gap", "MPS", "rolling12"),
    ],
)
def test_an_indicator_shows_what_the_command_line_says(
    address, demo_home, page, kpi_id, area, by, monkeypatch, capsys
):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo_home))
    row = shown(kpi_id, capsys, "--by", by, areas=[area])[area]
    visit(page, f"{address}/indicator?kpi={kpi_id}&area={area}&by={by}")
    expect(title(page)).to_have_text(KPIS[kpi_id].wording.title)
    metric = page.get_by_test_id("stMetric")
    period = formatting.period(pd.Timestamp(row["period_start"]), by)
    left_out = formatting.left_out(KPIS[kpi_id].measure.unit)
    where = ", ".join(filter(None, [AREAS[area], period, left_out]))
    assert words(metric.inner_text()) == words(f"{where} {worded(row)}")


def test_a_point_leads_to_its_rows_and_all_of_them_download(
    address, demo_home, page, monkeypatch, capsys
):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo_home))
    visit(page, f"{address}/indicator?kpi={ATTENDED}")
    points = page.locator(".st-key-spc .trace path.point")
    expect(points).to_have_count(24)
    # the marks are under a layer that takes the clicks
    box = points.nth(-3).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(choice(page, "Period")).to_have_value("January 2004")
    settle(page)

    month = ["--from", "2004-01", "--to", "2004-01"]
    said = shown(ATTENDED, capsys, *month)["MPS"]
    made = f"{said['numerator']} of {said['denominator']} make {worded(said)}."
    expect(page.get_by_text(made)).to_be_visible()

    # a table is drawn when it comes into view
    page.locator(".st-key-rows").scroll_into_view_if_needed()
    cells = page.locator(".st-key-rows [role=gridcell]")
    expect(cells.nth(3)).to_have_text("2004-01-01")
    file, line, row_id = cells.all_inner_texts()[:3]
    text = (demo_home / "demo" / "inbox" / file).read_text(encoding="utf-8")
    in_file = text.splitlines()[int(line) - 1]
    assert in_file.startswith(row_id.removeprefix("incidents:") + ",2004-01-")

    rows = table(download(page, "All rows of this figure (CSV)"))
    assert len(rows) == said["n"]
    assert sum(int(row["numerator"]) for row in rows) == said["numerator"]
    assert rows[0]["file"] == file


def test_the_overview_downloads_as_one_printed_page(address, page):
    visit(page, f"{address}/?area=Brent&by=quarter")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Brief to print (PDF)").click()
    assert waiting.value.suggested_filename == "brief_QK_by_quarter_2004-04-01.pdf"
    pdf = Path(waiting.value.path()).read_bytes()
    assert f"/Title({title(page).inner_text()})".encode() in pdf
    assert b"/Type/Pages/Count 1" in pdf


def test_the_address_carries_what_is_shown(address, page):
    visit(page, f"{address}/indicator?kpi={ATTENDED}")
    choose(page, "Area", "Brent")
    choose(page, "Period", "July 2003")
    # the quarter that begins with the month replaces it, in name and in figure
    choose(page, "Kind of period", "By quarter")
    expect(choice(page, "Period")).to_have_value("July to September 2003")
    expect(page).to_have_url(re.compile("area=Brent.*period=July"))
    before = page.get_by_test_id("stMetric").inner_text()
    assert "Brent, October to December 2003" in before
    page.reload()
    expect(title(page)).to_be_visible()
    settle(page)
    assert page.get_by_test_id("stMetric").inner_text() == before
    expect(choice(page, "Area")).to_have_value("Brent")
    expect(choice(page, "Kind of period")).to_have_value("By quarter")
    expect(choice(page, "Period")).to_have_value("July to September 2003")


def test_a_link_may_give_codes(address, page):
    link = f"kpi={ATTENDED}&area=QK&by=quarter&period=2003-07-01"
    visit(page, f"{address}/indicator?{link}")
    expect(title(page)).to_have_text(KPIS[ATTENDED].wording.title)
    expect(choice(page, "Area")).to_have_value("Brent")
    expect(choice(page, "Kind of period")).to_have_value("By quarter")
    expect(choice(page, "Period")).to_have_value("July to September 2003")
    expect(page).to_have_url(re.compile("period=July"))
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_an_unsettled_period_is_marked_and_its_old_link_works(address, page):
    visit(page, f"{address}/indicator?kpi={ATTENDED}&period=2004-03-01")
    expect(choice(page, "Period")).to_have_value("March 2004, provisional")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    choose(page, "Period", "February 2004")
    choose(page, "Period", "March 2004, provisional")
    expect(page).to_have_url(re.compile("period=March"))
    expect(page.get_by_text("○ provisional")).to_be_visible()


# Shown as plain text: as Markdown it would fetch a picture from anywhere.
@pytest.mark.parametrize("area", ["Brentt", "![x](http://192.0.2.1/x.png)"])
def test_nonsense_in_a_link_gets_a_notice(address, page, area):
    visit(page, f"{address}/?area={quote(area)}&by=fortnight")
    notices = page.get_by_test_id("stAlert")
    expect(notices.filter(has_text=area)).to_be_visible()
    expect(notices.filter(has_text="fortnight")).to_be_visible()
    expect(title(page)).to_have_text("MPS, February 2004")
    visit(page, f"{address}/indicator?kpi={ATTENDED}&period={quote(area)}")
    expect(notices.filter(has_text=area)).to_be_visible()


@pytest.mark.parametrize("theme", GROUND)
def test_a_visitor_goes_through_all_pages(address, page, theme):
    page.emulate_media(color_scheme=theme)
    visit(page, f"{address}/?area=QK")
    expect(title(page)).to_have_text("Brent, February 2004")
    ground = "e => getComputedStyle(e).backgroundColor"
    assert page.get_by_test_id("stApp").evaluate(ground) == GROUND[theme]
    page.get_by_role("button", name=KPIS[ATTENDED].wording.title).click()
    expect(title(page)).to_have_text(KPIS[ATTENDED].wording.title)
    expect(choice(page, "Area")).to_have_value("Brent")
    expect(page.locator(".trace path.point").first).to_be_visible()
    expect(page.locator(".st-key-rows")).to_be_visible()
    assert not is_too_wide(page)
    page.get_by_role("button", name="Data").click()
    page.get_by_role("menuitem", name="Imports").click()
    expect(title(page)).to_have_text("Imports")
    settle(page)
    assert not is_too_wide(page)
    page.get_by_role("link", name="Overview").click()
    expect(title(page)).to_have_text("Brent, February 2004")
    settle(page)
    assert not is_too_wide(page)


def is_too_wide(page) -> bool:
    """Return whether the page has to be scrolled sideways."""
    main = page.get_by_test_id("stMain")
    return main.evaluate("e => e.scrollWidth > e.clientWidth")


def test_a_chart_downloads_as_a_picture_that_says_what_it_shows(address, page):
    visit(page, f"{address}/indicator?kpi={ATTENDED}&area=QK&by=year")
    chart = page.locator(".st-key-drawn_spc")
    files = {}
    for kind in ("SVG", "PNG"):
        with page.expect_download() as waiting:
            chart.get_by_role("button", name=f"Chart as a picture ({kind})").click()
        files[kind] = waiting.value
    assert files["PNG"].suggested_filename.endswith("_brent_spc.png")
    assert Path(files["PNG"].path()).read_bytes().startswith(b"\x89PNG")
    root = ElementTree.parse(files["SVG"].path()).getroot()
    said = [text for one in root.findall(".//{*}text") for text in one.itertext()]
    assert "Immediate incidents attended in target, Brent" in said
    assert any(one.startswith("Synthetic data · Data as at ") for one in said)
    assert any("financial year 2002/03" in one for one in said)
    # nothing that another program would have to fetch from elsewhere
    assert "url(http" not in Path(files["SVG"].path()).read_text(encoding="utf-8")
