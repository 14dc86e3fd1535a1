"""Names come from files and may hold anything: on a page they are text."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PROJECT, run_kpis, settle, title, visit

ATTENDED = "Immediate incidents attended in target"
# As HTML one would run, as Markdown the other would fetch a picture.
NAMES = {"QK": "<script>alert(1)</script>", "EK": "![x](http://192.0.2.1/x.png)"}


@pytest.fixture(scope="module")
def address(serve, demo_home, tmp_path_factory) -> str:
    """A dashboard over a demo in which two boroughs have such names."""
    home = shutil.copytree(demo_home, tmp_path_factory.mktemp("names") / "home")
    text = (PROJECT / "data" / "reference" / "bocu.csv").read_text(encoding="utf-8")
    for code, name in NAMES.items():
        before, _, after = text.partition(f"\n{code},")
        text = f"{before}\n{code},{name},{after.partition(',')[2]}"
    own = home / "demo" / "reference" / "bocu.csv"
    own.parent.mkdir(exist_ok=True)
    own.write_text(text, encoding="utf-8")
    run_kpis(home, "build")
    return serve(home)


@pytest.mark.parametrize("code", NAMES)
def test_a_name_that_tries_to_break_the_page_is_text(address, page, code):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
    visit(page, f"{address}/?area={code}")
    expect(title(page)).to_have_text(f"{NAMES[code]}, February 2004")
    page.get_by_role("button", name=ATTENDED).click()
    metric = page.get_by_test_id("stMetric")
    expect(metric).to_contain_text(f"{NAMES[code]}, February 2004")
    settle(page)
    assert dialogs == []
