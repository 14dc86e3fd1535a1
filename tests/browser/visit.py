"""What a visitor does and sees, and what the command line says about the same data."""

import csv
import io
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as Late

PROJECT = Path(__file__).resolve().parents[2]
TRIES = 4
# charts and tables appear after the script has ended and move what is below them
ALL_DRAWN = """() => [...document.querySelectorAll("[data-testid=stPlotlyChart]")]
    .every(chart => chart.querySelector(".main-svg"))
    && ![...document.querySelectorAll("[data-testid=stSkeleton]")]
        .some(one => one.checkVisibility())"""


def run_kpis(home: Path, *arguments: str) -> str:
    """Run `python -m kpis` over a data directory and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "kpis", *arguments],
        cwd=PROJECT,
        env=os.environ | {"DEMAND_DATA_DIR": str(home)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def visit(page: Page, url: str) -> None:
    """Open an address and wait until the page is drawn."""
    page.goto(url)
    expect(page.locator("h1")).to_be_visible(timeout=20_000)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the server has nothing more to say."""
    page.locator('[data-test-script-state="notRunning"]').wait_for()
    page.wait_for_function(ALL_DRAWN)


def board_row(page: Page, indicator: str) -> Locator:
    """Return the row of an indicator in a table of indicators."""
    name = page.get_by_role("button", name=indicator, exact=True)
    return page.get_by_role("row").filter(has=name)


def title(page: Page) -> Locator:
    return page.locator("h1")


def choice(page: Page, label: str) -> Locator:
    return page.get_by_role("combobox", name=label, exact=True)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box by typing."""
    box = choice(page, label)
    found = page.get_by_role("option", name=option, exact=True)
    box.scroll_into_view_if_needed()
    for _ in range(TRIES):
        box.fill(option)
        # an open list closes when something drawn late moves the page
        with suppress(Late):
            found.click(timeout=4_000)
        # text that was typed and not chosen is cleared
        box.blur()
        page.wait_for_timeout(200)
        if box.input_value() == option:
            break
    expect(choice(page, label)).to_have_value(option)
    settle(page)


def download(page: Page, button: str) -> str:
    """Press a download button and return the text of the file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return Path(waiting.value.path()).read_text(encoding="utf-8-sig")


def table(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text)))
