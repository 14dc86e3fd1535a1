"""A real server and a real Chromium for the tests in this folder."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from tests.browser import serving

HERE = Path(__file__).parent
# a machine with two browsers and two servers is slow to draw
expect.set_options(timeout=20_000)
# On a deep link Streamlit's client tries the page's own address for these two before
# it finds the server at the root; the two 404 answers are not our fault.
CLIENT_PROBE = re.compile(r"/[a-z_]+/_stcore/(health|host-config)")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for all tests in a worker."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=serving.chromium_path(),
            args=serving.CHROMIUM_ARGUMENTS,
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_home(made_once) -> Path:
    """A data directory with a small demo of two years."""
    return made_once("--scale", "0.03", "--years", "2")


@pytest.fixture(scope="module")
def serve(tmp_path_factory) -> Iterator[Callable[..., str]]:
    """Start a dashboard over a data directory and return its address.

    Every call starts a fresh server, which no one has visited, with the environment
    variables given by name. They end with the module's tests.
    """
    with ExitStack() as servers:

        def start(data_dir: Path, **environment: str) -> str:
            log = tmp_path_factory.mktemp("server") / "log.txt"
            return servers.enter_context(serving.server(data_dir, log, environment))

        yield start


@pytest.fixture
def expected_errors() -> set[str]:
    """Console errors that a test provokes; it adds them itself."""
    return set()


@pytest.fixture
def page(chromium, expected_errors) -> Iterator[Page]:
    """A new visitor's page, 1280 x 800; nothing may go wrong behind its back.

    When the test is over, no request has left this machine, the console holds no
    error, no script has failed and no traceback is on the page.
    """
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-GB"
    )
    troubles: list[str] = []
    _watch(context, troubles, expected_errors)
    page = context.new_page()
    yield page
    for one in context.pages:
        for failure in one.get_by_test_id("stException").all_inner_texts():
            troubles.append(f"exception on {one.url}: {failure}")
    context.close()
    assert not troubles, "\n".join(troubles)


def _watch(
    context: BrowserContext, troubles: list[str], expected_errors: set[str]
) -> None:
    def on_address(kind: str, url: str) -> None:
        if is_outside(url):
            troubles.append(f"{kind} to {url}")

    def on_console(message) -> None:
        path = urlsplit(message.location["url"]).path
        is_expected = message.text in expected_errors or CLIENT_PROBE.fullmatch(path)
        if message.type == "error" and not is_expected:
            troubles.append(f"console: {message.text} ({path})")

    context.on("request", lambda request: on_address("request", request.url))
    context.on("console", on_console)
    context.on("weberror", lambda error: troubles.append(f"script: {error.error}"))
    context.on(
        "page",
        lambda page: page.on(
            "websocket", lambda socket: on_address("websocket", socket.url)
        ),
    )


def is_outside(url: str) -> bool:
    """Return whether asking for `url` would leave this machine."""
    address = urlsplit(url)
    is_network = address.scheme in {"http", "https", "ws", "wss"}
    return is_network and address.hostname != "127.0.0.1"
