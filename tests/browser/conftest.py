"""A real server and a real Chromium for the tests in this folder."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser import serving

HERE = Path(__file__).parent
SIZE: ViewportSize = {"width": 1280, "height": 800}
FORGET = """() => {
  if (location.protocol.startsWith("http")) {
    localStorage.clear()
    sessionStorage.clear()
  }
}"""
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


class Window:
    """A browser's one window, which keeps the product's scripts from visit to visit.

    Whatever goes wrong behind a visitor's back is in `troubles`. Between two visitors
    the window forgets what a page may store.
    """

    def __init__(self, chromium: Browser):
        self._context = chromium.new_context(viewport=SIZE, locale="en-GB")
        self._context.on("request", lambda request: self._look("request", request.url))
        self._context.on("console", self._read)
        self._context.on("weberror", lambda error: self._note(f"script: {error.error}"))
        self._context.on("page", self._follow)
        self.page = self._context.new_page()
        self.troubles: list[str] = []
        self.expected_errors: set[str] = set()

    def close(self) -> None:
        """Close the window and all its pages."""
        self._context.close()

    def end(self) -> list[str]:
        """End a visit, and return its troubles; the next visitor is a new one."""
        for one in self._context.pages:
            for failure in one.get_by_test_id("stException").all_inner_texts():
                self._note(f"exception on {one.url}: {failure}")
        found, self.troubles, self.expected_errors = self.troubles, [], set()
        for other in set(self._context.pages) - {self.page}:
            other.close()
        self.page.evaluate(FORGET)
        self.page.goto("about:blank")
        self._context.clear_cookies()
        self.page.emulate_media(color_scheme="null")
        self.page.set_viewport_size(SIZE)
        return found

    def _follow(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._look("websocket", socket.url))

    def _note(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def _look(self, kind: str, url: str) -> None:
        if is_outside(url):
            self._note(f"{kind} to {url}")

    def _read(self, message: ConsoleMessage) -> None:
        path = urlsplit(message.location["url"]).path
        is_known = message.text in self.expected_errors or CLIENT_PROBE.fullmatch(path)
        if message.type == "error" and not is_known:
            self._note(f"console: {message.text} ({path})")


@pytest.fixture(scope="session")
def window(chromium) -> Iterator[Window]:
    """One window for all tests in a worker."""
    opened = Window(chromium)
    yield opened
    opened.close()


@pytest.fixture
def expected_errors(window) -> set[str]:
    """Console errors that a test provokes; it adds them itself."""
    return window.expected_errors


@pytest.fixture
def page(window) -> Iterator[Page]:
    """A new visitor's page, 1280 x 800; nothing may go wrong behind its back.

    When the test is over, no request has left this machine, the console holds no
    error, no script has failed and no traceback is on the page.
    """
    yield window.page
    troubles = window.end()
    assert not troubles, "\n".join(troubles)


def is_outside(url: str) -> bool:
    """Return whether asking for `url` would leave this machine."""
    address = urlsplit(url)
    is_network = address.scheme in {"http", "https", "ws", "wss"}
    return is_network and address.hostname != "127.0.0.1"
