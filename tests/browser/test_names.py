"""Names come from files and may hold anything: on a page they are text."""

import csv
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PROJECT, download, run_kpis, settle, title, visit

ATTENDED = "Immediate incidents attended in target"
# As HTML one would run, as Markdown the next would fetch a picture, and so on.
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
    """A dashboard over a demo in which boroughs have such names."""
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


@pytest.mark.parametrize("code", NAMES)
def test_a_name_that_tries_to_break_the_page_is_text(address, page, code):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    name = NAMES[code].strip()
    visit(page, f"{address}/?area={code}&by=year")
    expect(title(page)).to_contain_text(name)
    page.get_by_role("button", name=ATTENDED).first.click()
    expect(page.get_by_test_id("stMetric")).to_contain_text(name)
    settle(page)
    # beside the other boroughs, and in the files to take away
    expect(page.get_by_text(f"{name}: ").first).to_be_visible()
    page.get_by_text("All boroughs as a table").click()
    settle(page)
    text = download(page, "These areas (CSV)")
    assert ("'=HYPERLINK(" if name.startswith("=") else name[:8]) in text
    assert dialogs == []
