"""How long visitors wait, on a real server: part of `make bench`.

`measure` returns lines of the table in `docs/benchmarks.md`. Visitors without a browser
(`tests/crowd.py`) show what the server needs; a real Chromium shows what a person sees
(`tests/bench_chromium.py`). Each part has its own process and each page its own server,
because what one page has asked for is no longer new on the next.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from streamlit.testing.v1 import AppTest

from kpis.warehouse import Warehouse
from tests import bench_chromium, crowd
from tests.browser import serving
from tests.stopwatch import p95

KPI = "Immediate incidents attended in target"
QUERY = f"kpi={KPI.replace(' ', '+')}"
PAGES = {"overview": ("", ""), "indicator": ("indicator", QUERY)}
SWITCH_GOAL_SECONDS = 0.7
# people at once, and the longest they should wait in seconds
GOALS = {20: 0.2, 50: 0.6}
AT_WORK_SECONDS = 20
NEW, KNOWN = "opened for the first time", "opened before"


def measure(data_dir: Path, size: str) -> list[str]:
    """Measure the pages over a data directory; `size` is its size in words."""
    lines = []
    for part in PARTS:
        for page in PAGES:
            command = [sys.executable, "-m", "tests.bench_pages", part, page]
            done = subprocess.run(
                [*command, str(data_dir), size],
                cwd=serving.PROJECT,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            lines += done.stdout.splitlines()
    return lines


def in_chromium(page: str, data_dir: Path, size: str) -> list[str]:
    """Choose every borough twice in Chromium: once new, once known."""
    with tempfile.TemporaryDirectory() as scratch:
        found = bench_chromium.switches(
            data_dir, Path(scratch) / "server.txt", "?".join(PAGES[page])
        )
    lines = []
    for switches, whether in zip(found, (NEW, KNOWN), strict=True):
        took = [one.seconds for one in switches]
        received = p95([one.received for one in switches])
        lines.append(
            f"| Another borough on the {page}, from click to drawn in Chromium, "
            f"{whether}, {size} | under 700 ms p95 "
            f"| {p95(took) / SWITCH_GOAL_SECONDS:.1f} x | {_in_words(took)}; "
            f"{received / 1000:.0f} kB sent to the browser | |"
        )
    return lines


def together(page: str, data_dir: Path, size: str) -> list[str]:
    """Let people work at once, after one person alone has opened every area."""
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "server.txt"
        with serving.server(data_dir, log, {}) as address:
            visitor = crowd.Visitor(address, *PAGES[page])
            alone = [
                [visitor.choose(area) for area in visitor.areas[1:]] for _ in range(2)
            ]
            visitor.leave()
            crowds = {
                people: crowd.work(address, *PAGES[page], people, AT_WORK_SECONDS)
                for people in GOALS
            }
    # the server is the only child that this process has had
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    lines = [
        f"| Another area on the {page}, one person, without a browser, {whether}, "
        f"{size} | | | {_in_words([one.seconds for one in answers])}; "
        f"{_errors(answers)} | |"
        for answers, whether in zip(alone, (NEW, KNOWN), strict=True)
    ]
    for people, answers in crowds.items():
        took = [one.seconds for one in answers]
        lines.append(
            f"| {people} people at once on the {page}, areas {KNOWN}, {size} | under "
            f"{GOALS[people]} s p95, no error, 4 GB | {p95(took) / GOALS[people]:.1f} "
            f"x | {_in_words(took)}; {_errors(answers)} | server {peak:.0f} MB |"
        )
    return lines


def statements(page: str, data_dir: Path, size: str) -> list[str]:
    """Count a page's DuckDB statements: first visit, a new area, a known area."""
    os.environ["DEMAND_DATA_DIR"] = str(data_dir)
    asked: list[str] = []

    def noted(ask: Callable) -> Callable:
        def note(warehouse: Warehouse, sql: str, *values):
            asked.append(sql)
            return ask(warehouse, sql, *values)

        return note

    Warehouse.query, Warehouse.tuples = noted(Warehouse.query), noted(Warehouse.tuples)
    at = AppTest.from_file(str(serving.PROJECT / "app.py"), default_timeout=60)
    if page == "indicator":
        at.query_params["kpi"] = KPI
        at.switch_page("pages/browse/indicator.py")
    at.run()
    counts = [len(asked)]
    for area in ("QK", "MPS", "QK"):
        asked.clear()
        at.selectbox(key="area").set_value(area).run()
        counts.append(len(asked))
    opened, new, _, known = counts
    return [
        f"| Statements that the {page} runs, {size} | | | {new} for another area "
        f"{NEW}, {known} for one {KNOWN}, {opened} for the first visitor of a server "
        "| |"
    ]


PARTS = {"chromium": in_chromium, "together": together, "statements": statements}


def _in_words(took: Sequence[float]) -> str:
    highest, middle = p95(took) * 1000, statistics.median(took) * 1000
    return f"{highest:.0f} ms p95, {middle:.0f} ms median of {len(took)}"


def _errors(answers: Sequence[crowd.Answer]) -> str:
    return f"{sum(bool(one.errors) for one in answers)} errors"


if __name__ == "__main__":
    part, page, data_dir, size = sys.argv[1:]
    print("\n".join(PARTS[part](page, Path(data_dir), size)))
