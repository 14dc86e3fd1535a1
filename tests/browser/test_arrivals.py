"""What has arrived and what was found, as seen on screen and read aloud."""

import csv
import io

import pytest
from playwright.sync_api import expect

from kpis import pipeline
from kpis.definitions import indicators
from tests.browser.visit import choose, download, settle, title, visit
from tests.tables import Force

MAPPING = """
title = "Calls, one file a site"
source = "calls"
[covers]
areas = "present"
[columns]
call_id = { column = "call_id" }
offered_at = { column = "offered_at" }
call_site_code = { column = "site" }
line_type = { constant = "emergency_999" }
stage = { constant = "primary" }
origin = { constant = "public" }
outcome = { constant = "abandoned" }
"""
SITES = ("IR", "TOC1", "TOC2", "TOC3", "LAM", "BOW")
MONEY = "month | unit_code | actual\n" + "\n".join(
    f"2006-0{month} | IR | {'91.5' if month == 4 else '90000'}" for month in range(1, 7)
)


@pytest.fixture(scope="module")
def address(serve, tmp_path_factory) -> str:
    """Seven sites over seven years, Hendon with a hole; a doubtful amount."""
    force = Force(tmp_path_factory.mktemp("home"))
    force.add_mapping("by_site", MAPPING)
    spans = [(site, "2000-04 to 2007-03") for site in SITES]
    spans += [("HEN", "2000-04 to 2006-01"), ("HEN", "2006-02-15 to 2006-06-30")]
    spans += [("HEN", "2006-08 to 2007-03")]
    for site, covers in spans:
        first = covers[:7]
        force.receives(
            "calls",
            "call_id | offered_at | site\n"
            f"{site}{first} | {first}-20T10:00:00+00:00 | {site}",
            covers=covers,
            mapping="by_site",
        )
    force.receives("finance_monthly", MONEY, covers="2006-01 to 2006-06")
    pipeline.build(force.data_dir)
    return serve(force.data_dir)


def test_every_cell_has_words(address, page):
    visit(page, f"{address}/imports")
    hendon = page.get_by_role("row", name="Hendon").get_by_role("cell")
    expect(hendon).to_have_count(84)
    said = hendon.all_inner_texts()
    assert said[69:77] == [
        *["whole", "14 of 28 days"],
        *["whole"] * 4,
        *["nothing arrived", "whole"],
    ]
    expect(page.get_by_title("Hendon, July 2006: nothing arrived")).to_be_visible()
    finance = page.get_by_role("rowheader", name="Finance", exact=True)
    finance = page.get_by_role("row").filter(has=finance).get_by_role("cell")
    assert set(finance.all_inner_texts()[:69]) == {"not expected"}
    assert set(finance.all_inner_texts()[75:]) == {"still to come"}
    months = page.get_by_role("columnheader", name="July 2006", exact=True)
    expect(months).to_have_count(1)
    never = page.get_by_role("row", name="Workforce").get_by_role("cell")
    needed = sum(
        "workforce_monthly" in kpi.population.needs
        for kpi in indicators.load().values()
    )
    expect(never).to_have_text(f"never arrived; needed by {needed} indicators")


def test_a_hole_does_not_look_like_a_complete_month(address, page):
    visit(page, f"{address}/imports")
    look = """cell => {
        const style = getComputedStyle(cell.querySelector("i"))
        return [style.backgroundColor, style.backgroundImage, style.borderTopWidth]
    }"""
    looks = [
        page.get_by_title(f"Hendon, {month}").evaluate(look)
        for month in ("January 2006", "February 2006", "July 2006")
    ]
    assert len({str(one) for one in looks}) == 3
    blank = page.get_by_title("Finance, March 2007: still to come")
    expect(blank.locator("i")).to_have_count(0)


def test_the_latest_months_are_seen_first_and_the_names_stay(address, page):
    visit(page, f"{address}/imports")
    box = page.get_by_role("region", name="Days that have arrived")
    latest = page.get_by_title("Hendon, March 2007: whole")
    earliest = page.get_by_title("Hendon, April 2000: whole")
    name = page.get_by_role("rowheader", name="Hendon")
    # down the page to its row; the grid itself stays where it is
    name.scroll_into_view_if_needed()
    expect(latest).to_be_in_viewport()
    at = box.bounding_box()
    assert earliest.bounding_box()["x"] < at["x"]
    assert name.bounding_box()["x"] == at["x"]
    expect(page.get_by_text("scroll to the left for earlier years")).to_be_visible()
    box.evaluate("box => { box.scrollLeft = 0 }")
    before = name.bounding_box()
    assert before["x"] == at["x"]
    assert earliest.bounding_box()["x"] >= before["x"] + before["width"]
    main = page.get_by_test_id("stMain")
    assert not main.evaluate("e => e.scrollWidth > e.clientWidth")


def test_complete_sources_are_behind_a_button_and_stay_open(address, page):
    visit(page, f"{address}/imports")
    bow = page.get_by_role("row", name="Bow")
    expect(bow).to_have_count(0)
    others = page.get_by_role("button", name="6 others, all whole")
    others.press("Enter")
    expect(bow).to_be_visible()
    expect(others).to_have_attribute("aria-expanded", "true")
    # a rerun of the page leaves it open
    choose(page, "Layout", "Calls, one file a site")
    settle(page)
    expect(bow).to_be_visible()
    others.press("Enter")
    expect(bow).to_have_count(0)


def test_the_grid_is_downloaded_as_a_table(address, page):
    visit(page, f"{address}/imports")
    rows = list(csv.DictReader(io.StringIO(download(page, "What has arrived (CSV)"))))
    (july,) = [
        row for row in rows if (row["area"], row["month"]) == ("HEN", "2006-07-01")
    ]
    assert (july["expected_days"], july["arrived_days"]) == ("31", "0")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_overview_leads_to_the_reasons_for_unreliable_figures(address, page, theme):
    page.emulate_media(color_scheme=theme)
    visit(page, address)
    link = page.get_by_role("link", name="1 finding makes figures unreliable")
    expect(link).to_contain_text("2 expected exports have not arrived")
    link.click()
    expect(title(page)).to_have_text("Imports")
    table = page.get_by_role("table").filter(has_text="These make figures unreliable")
    row = table.get_by_role("row").filter(has_text="thousand times")
    expect(row).to_contain_text("April 2006")
    expect(row.get_by_role("rowheader")).to_contain_text("costs are not known")
