"""How long a choice of another borough takes in a real Chromium.

The clock runs in the page: it starts when Enter chooses an option and stops at the last
change of what is shown. A clock outside would stop too early, while the charts of the
previous borough are still there, or too late, delayed by its own questions.
"""

import base64
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from kpis.results import opened_build, queries
from tests.browser import serving
from tests.browser.visit import ALL_DRAWN, choice, visit

VIEW = {"width": 1280, "height": 800}
WAIT_MILLISECONDS = 60_000
# A change counts when it is painted: the next frame, and what that frame set off.
# Our own tables are in shadow trees, and a document's observer cannot see into those.
START_CLOCK = """() => {
    if (!window.watcher) {
        const note = () => requestAnimationFrame(() =>
            setTimeout(() => clock.changedAt = performance.now()));
        window.watcher = new MutationObserver(note);
        document.addEventListener("keydown", event => {
            if (event.key === "Enter")
                clock.chosenAt = clock.changedAt = event.timeStamp;
        }, true);
    }
    window.clock = {};
    const main = document.querySelector("[data-testid=stMain]");
    const trees = [...main.querySelectorAll("*")].map(one => one.shadowRoot);
    for (const tree of [main, ...trees.filter(Boolean)])
        window.watcher.observe(tree, {
            subtree: true, childList: true, attributes: true, characterData: true});
}"""
# half a second without a change, after the server is done and names the area
IS_DRAWN = f"""area => {{
    const said = [...document.querySelectorAll("h1, .st-key-headline")];
    return said.some(one => one.textContent.includes(`${{area}},`))
        && document.querySelector('[data-test-script-state="notRunning"]')
        && ({ALL_DRAWN})()
        && performance.now() - clock.changedAt > 500;
}}"""


@dataclass(frozen=True)
class Switch:
    """Cost of one choice: seconds until it was drawn, and bytes to the browser."""

    seconds: float
    received: int


def switches(data_dir: Path, log: Path, page: str) -> tuple[list[Switch], ...]:
    """Choose every borough on a page of a fresh server, then every one again.

    In the first round no one has asked for the borough before.
    """
    opened = opened_build.open_build(data_dir)
    boroughs = list(queries.areas(opened).query("kind == 'bocu'")["name"])
    opened.close()
    with serving.server(data_dir, log, {}) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=serving.chromium_path(), args=serving.CHROMIUM_ARGUMENTS
        )
        visitor = browser.new_page(viewport=VIEW)
        received = _count_bytes(visitor)
        visit(visitor, f"{address}/{page}")
        found = tuple(
            [_switch(visitor, borough, received) for borough in boroughs]
            for _ in range(2)
        )
        browser.close()
    return found


def _count_bytes(page: Page) -> list[int]:
    """Return a list that grows by the bytes of every message from the server."""
    sizes: list[int] = []

    def note(event: dict) -> None:
        # a binary message arrives here as base64
        sizes.append(len(base64.b64decode(event["response"]["payloadData"])))

    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameReceived", note)
    return sizes


def _switch(page: Page, borough: str, received: list[int]) -> Switch:
    page.evaluate(START_CLOCK)
    received.clear()
    choice(page, "Area").fill(borough)
    page.get_by_role("option", name=borough, exact=True).wait_for()
    # a mouse resting where a chart appears would change the chart
    page.keyboard.press("Enter")
    page.wait_for_function(IS_DRAWN, arg=borough, polling=50, timeout=WAIT_MILLISECONDS)
    took = page.evaluate("() => clock.changedAt - clock.chosenAt")
    return Switch(took / 1000, sum(received))
