"""The first request that a fresh server gets may be any link."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import choice, title, visit

NOT_FOUND = (
    "The page that you have requested does not seem to exist. "
    "Running the app's main page."
)


@pytest.mark.parametrize(
    ("link", "heading"),
    [("indicator?area=QK", "Indicators"), ("imports", "Imports")],
)
def test_a_deep_link_opens_inside_the_frame(serve, demo_home, page, link, heading):
    visit(page, f"{serve(demo_home)}/{link}")
    expect(title(page)).to_have_text(heading)
    expect(page.get_by_text("Synthetic data", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Overview")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("module", ["scope", "_scope"])
def test_a_link_runs_no_module_without_the_frame(
    serve, demo_home, page, expected_errors, module
):
    expected_errors.add(NOT_FOUND)
    visit(page, f"{serve(demo_home)}/{module}")
    expect(page.get_by_role("dialog")).to_contain_text("Page not found")
    expect(title(page)).to_have_text("MPS, February 2004")
    expect(choice(page, "Area")).to_have_value("MPS")
