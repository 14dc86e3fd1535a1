"""Names come from files and may contain anything; on a page they are text."""

import csv
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PROJECT, download, run_kpis, settle, table, title, visit

ATTENDED = "Immediate incidents attended in target"
KPI = "ops_immediate_attended_in_target"
# The first would run as HTML, the second would fetch a picture as Markdown, and so on.
NAMES = {
    "QK": "<script>alert(1)</script>",
    "EK": "![x](http://192.0.2.1/x.png)",
    "TX": '=HYPERLINK("http://192.0.2.1/","Hounslow")',
    "GD": "'; drop table cells; --",
    "JI": "\u05d7\u05d9\u05e4\u05d4 \u202e\u05d0\u05d1\u05d2",
    "KD": "A very long name " * 18,
}


@pytest.fixture(scope="module")
def address(serve, demo_home, tmp_path_factory) -> str:
    """A dashboard over a demo whose boroughs have such names."""
    home = shutil.copytree(demo_home, tmp_path_factory.mktemp("names") / "home")
    shipped = PROJECT / "data" / "reference" / "bocu.csv"
    with shipped.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    own = home / "demo" / "reference" / "bocu.csv"
    own.parent.mkdir(exist_ok=True)
    with own.open("w", encoding="utf-8", newline="") as file:
        renamed = [[code, NAMES.get(code, name), *rest] for code, name, *rest in rows]
        csv.writer(file).writerows([head, *renamed])
    run_kpis(home, "build")
    return serve(home)


@pytest.fixture
def dialogs(page) -> Iterator[list]:
    """The dialogs that a script in a name would open."""
    opened = []

    def dismiss(dialog) -> None:
        opened.append(dialog)
        dialog.dismiss()

    page.on("dialog", dismiss)
    yield opened
    page.remove_listener("dialog", dismiss)


@pytest.mark.parametrize("code", ["QK", "EK", "KD"])
def test_a_hostile_name_is_shown_as_text(address, page, code, dialogs):
    name = NAMES[code].strip()
    visit(page, f"{address}/?area={code}&by=year")
    expect(title(page)).to_contain_text(name)
    page.get_by_role("button", name=ATTENDED).first.click()
    expect(page.get_by_test_id("stMetric")).to_contain_text(name)
    settle(page)
    expect(page.get_by_text(f"{name}: ").first).to_be_visible()
    assert dialogs == []


def test_all_hostile_names_are_text_on_the_page_and_in_files(address, page, dialogs):
    visit(page, f"{address}/indicator?kpi={KPI}&by=year")
    page.get_by_text("All boroughs as a table").click()
    settle(page)
    rows = table(download(page, "These areas (CSV)"))
    found = {row["area"]: row["name"] for row in rows}
    for code, name in NAMES.items():
        guard = "'" if name.startswith("=") else ""
        # signs without width are not part of a name
        assert found[code] == guard + name.strip().replace("\u202e", "")
    page.get_by_text("Over time", exact=True).click()
    settle(page)
    ticks = page.locator(".st-key-history .ytick text")
    expect(ticks).to_have_count(32)
    assert {NAMES["QK"], NAMES["GD"]} <= set(ticks.all_text_contents())
    assert dialogs == []
