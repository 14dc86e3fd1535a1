"""A real server over a data directory, and where the installed Chromium is."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# The Makefile looks for the same names.
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
# ports of servers that have ended
_used: list[int] = []


def chromium_path() -> str | None:
    """Return the installed Chromium, or None where only Playwright has one."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def server(data_dir: Path, log: Path, environment: dict[str, str]) -> Iterator[str]:
    """Serve the dashboard over a data directory while in use; yields the address."""
    port = _port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    # pages hide tracebacks from users, but a failing test has to see them
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
        _used.append(port)


def _port() -> int:
    """Return a port that is free: one used before, if it still is.

    At an address that it knows, Chromium does not read and compile the product's
    scripts again.
    """
    while _used:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port := _used.pop()))
            return port
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
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")


def _end(process: subprocess.Popen) -> None:
    # the whole group: a server may be running an import in another process
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
