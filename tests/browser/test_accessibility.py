"""Every page in both themes against the WCAG 2.2 AA rules that can be checked."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.visit import visit
from tests.page_links import links

# known faults of Streamlit's own widgets: the rule, and part of the element
KNOWN = {
    # the hours and minutes of st.time_input are 20 pixels high
    ("target-size", 'role="spinbutton"'),
}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def address(serve, demo_home) -> str:
    return serve(demo_home)


@pytest.mark.parametrize("name", links())
def test_axe_finds_nothing(address, page, name):
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        visit(page, f"{address}/{links()[name]}")
        # our style arrives a moment after the text
        main = page.get_by_test_id("stMainBlockContainer")
        expect(main).to_have_css("padding-left", "40px")
        assert not violations(page), theme


def violations(page: Page) -> list[str]:
    """Return what breaks a rule on the page, and how."""
    found = Axe().run(page, options={"runOnly": STANDARD}).response
    assert found["passes"], "no rule was checked"
    return [
        f"{one['id']}: {one['help']}: {node['html'][:300]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"][:3]
        if not any(one["id"] == rule and mark in node["html"] for rule, mark in KNOWN)
    ]
