"""What a manager asks, answered from the overview in at most three clicks.

A choice in a box is one click, and so is a press of a button. The demo is small, so
questions about a borough are asked by year.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import board_row, choose, settle, title, visit

ATTENDED = "Immediate incidents attended in target"
ANSWERED = "999 calls answered in target"


@pytest.fixture(scope="module")
def address(serve, demo_home) -> str:
    return serve(demo_home)


class Visitor:
    """A person at the overview, with a count of clicks."""

    def __init__(self, page: Page, address: str):
        self.page, self.clicks = page, 0
        visit(page, address)

    def choose(self, label: str, option: str) -> None:
        choose(self.page, label, option)
        self.clicks += 1

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()
        expect(title(self.page)).to_have_text(name)
        settle(self.page)
        self.clicks += 1

    def view(self, name: str) -> None:
        self.page.get_by_text(name, exact=True).click()
        settle(self.page)
        self.clicks += 1

    def reads(self, text: str | re.Pattern) -> None:
        # on a busy machine a first answer may take a while
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=20_000)

    def took_at_most(self, clicks: int) -> None:
        assert self.clicks <= clicks


@pytest.fixture
def visitor(page, address) -> Visitor:
    return Visitor(page, address)


def test_what_changed_in_brent_since_last_quarter(visitor):
    visitor.choose("Area", "Brent")
    visitor.choose("Kind of period", "By quarter")
    visitor.reads("Brent, October to December 2003")
    visitor.reads(
        re.compile("worth your attention|No clear change|enough past to judge change")
    )
    visitor.took_at_most(3)


def test_is_hounslows_attendance_different_and_by_how_much_beyond_chance(visitor):
    visitor.choose("Area", "Hounslow")
    visitor.choose("Kind of period", "By financial year")
    visitor.press(ATTENDED)
    visitor.reads("Who is different?")
    visitor.reads(
        re.compile(
            r"Hounslow: .+\s%; all together .+\s%\. An area of its size would "
            r"normally be between .+\s% and .+\s%"
        )
    )
    visitor.took_at_most(3)


def test_when_is_the_999_queue_worst(visitor):
    visitor.press(ANSWERED)
    visitor.reads("What is behind it?")
    visitor.reads(
        re.compile(
            r"Over all days, .+\s% from \d+:00 to \d+:00 is the lowest and .+\s% from "
            r"\d+:00 to \d+:00 the highest"
        )
    )
    visitor.took_at_most(1)


def test_what_would_it_be_with_police_originated_incidents(visitor):
    visitor.press(ATTENDED)
    visitor.choose("Split by", "By origin")
    visitor.reads(re.compile(r"Left out: police; with them it would be .+\s%\."))
    visitor.took_at_most(2)


def test_which_incidents_made_this_point(visitor):
    visitor.press(ATTENDED)
    visitor.choose("Period", "July 2003")
    visitor.reads(re.compile(r"^[\d\s]+ of [\d\s]+ make \d+\s%\."))
    rows = visitor.page.locator(".st-key-rows")
    rows.scroll_into_view_if_needed()
    expect(rows.locator("[role=gridcell]").nth(3)).to_contain_text("2003-07-")
    visitor.took_at_most(2)


def test_an_analyst_filters_and_groups_and_sends_the_link(visitor):
    page = visitor.page
    visitor.press(ATTENDED)
    visitor.choose("Period", "July 2003")
    page.get_by_role("link", name="Filter and group these rows").click()
    visitor.reads(re.compile(r"^July 2003: .+ That is the indicator's figure\."))
    settle(page)
    page.get_by_role("button", name="Remove public").click()
    settle(page)
    visitor.reads("Indicator's own figure: ")
    page.get_by_role("combobox", name="Group by").fill("Grade final")
    page.get_by_role("option", name="Grade final").click()
    settle(page)
    expect(page.locator(".st-key-group_table")).to_be_visible()
    said = page.get_by_text("Indicator's own figure: ").inner_text()
    page.reload()
    expect(page.get_by_text("Indicator's own figure: ")).to_have_text(said)
    expect(page.locator(".st-key-group_table")).to_be_visible()


def test_how_did_the_change_split_between_mix_and_rate(visitor):
    visitor.press(ATTENDED)
    visitor.reads(re.compile("Changes within boroughs .+; shifts between boroughs .+"))
    visitor.took_at_most(1)


def test_which_boroughs_changed_and_when(visitor):
    visitor.press(ATTENDED)
    visitor.view("Over time")
    visitor.reads("A mark shows where an area left its own limits.")
    expect(visitor.page.locator(".st-key-history .heatmaplayer image")).to_be_visible()
    visitor.took_at_most(2)


def test_a_borough_on_the_map_is_one_click_away_and_remembered(visitor, address):
    page = visitor.page
    visitor.choose("Kind of period", "By financial year")
    visitor.view("London")
    labels = page.locator(".st-key-london .textpoint text")
    expect(labels).to_have_count(32)
    places = [one.bounding_box() for one in labels.all()]
    # Havering is the tile in the upper right
    place = max(places, key=lambda one: (one["x"], -one["y"]))
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(title(page)).to_have_text(re.compile("^Havering, "))
    settle(page)
    visitor.took_at_most(3)
    # the bare address leads there at the next visit; a link leads where it says
    visit(page, address)
    expect(title(page)).to_have_text(re.compile("^Havering, "))
    visit(page, f"{address}/?by=By+quarter")
    expect(title(page)).to_have_text(re.compile("^MPS, "))


def test_which_figures_cannot_be_trusted_and_why(page, serve, made_once):
    home = made_once("--scale", "0.02", "--years", "2", "--defects")
    visitor = Visitor(page, serve(home))
    visitor.reads(re.compile(r"\d+ findings? makes? figures unreliable"))
    visitor.choose("Kind of period", "Rolling 12 months")
    row = board_row(page, ATTENDED)
    expect(row).to_contain_text("Not reliable")
    # in one borough no one wrote down when they arrived
    expect(row).to_contain_text("Hackney")
    visitor.took_at_most(1)
