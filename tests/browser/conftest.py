"""A real server and a real Chromium for the tests in this folder."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
# The names are those that the Makefile looks for.
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without the last four, Chromium itself asks its maker's servers for this and that.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60
# On a deep link Streamlit's client tries the page's own address for these two before
# it finds the server at the root; the two answers of 404 are no fault of ours.
CLIENT_PROBE = re.compile(r"/[a-z_]+/_stcore/(health|host-config)")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str | None:
    """Return the installed Chromium, or None where only Playwright has one."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for all tests of a worker."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
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
            return servers.enter_context(_server(data_dir, log, environment))

        yield start


@contextmanager
def _server(data_dir: Path, log: Path, environment: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    # a page shows no traceback to its users, but has to show it to a failing test
    differences = {
        "DEMAND_DATA_DIR": str(data_dir),
        "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "full",
        **environment,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)],
            cwd=PROJECT,
            env=os.environ | differences,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}")


def _end(process: subprocess.Popen) -> None:
    # the whole group: a server may be running an import in a process of its own
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


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
