"""What visitors wait for, on a real server: part of make bench.

`measure` returns lines of the table in `docs/benchmarks.md`. Visitors without a browser
(`tests/crowd.py`) tell what the server needs; a real Chromium what somebody sees.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import crowd
from tests.browser import serving
from tests.browser.visit import choose, title, visit

QUERY = "kpi=Immediate+incidents+attended+in+target"
PAGES = {"overview": ("", ""), "indicator": ("indicator", QUERY)}
AREAS_IN_CHROMIUM = 12
PEOPLE, AT_WORK_SECONDS = (20, 50), 20
GOALS = {20: 0.2, 50: 0.6}


def measure(data_dir: Path, name: str) -> list[str]:
    """Measure the pages over a data directory, whose size is called `name`."""
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "server.txt"
        with serving.server(data_dir, log, {}) as address:
            lines += [_alone(address, *one) for one in PAGES.items()]
            lines += _in_chromium(address)
            lines += [
                _together(address, *one, people)
                for one in PAGES.items()
                for people in PEOPLE
            ]
    lines += _statements(data_dir)
    return [line.replace("{name}", name) for line in lines]


def _alone(address: str, name: str, page: tuple[str, str]) -> str:
    """Choose every area twice: the first time nobody has asked for it before."""
    visitor = crowd.Visitor(address, *page)
    new, known = ([visitor.choose(area) for area in visitor.areas] for _ in range(2))
    visitor.leave()
    first, again = (p95([one.seconds for one in answers]) for answers in (new, known))
    kilobytes = p95([one.received / 1000 for one in known])
    return (
        f"| Another area on the {name}, server alone, {{name}} | "
        f"| | {again * 1000:.0f} ms p95, {first * 1000:.0f} ms where nobody asked "
        f"before ({len(known)} areas); {kilobytes:.0f} kB sent to the browser | |"
    )


def _together(address: str, name: str, page: tuple[str, str], people: int) -> str:
    """Let people work at once, on areas that have been asked for before."""
    answers = crowd.work(address, *page, people, AT_WORK_SECONDS)
    took = [one.seconds for one in answers]
    errors = sum(bool(one.errors) for one in answers)
    return (
        f"| {people} people at once on the {name}, {{name}} | under "
        f"{GOALS[people]} s p95, no error | {p95(took) / GOALS[people]:.1f} x "
        f"| {p95(took):.2f} s p95, {sorted(took)[len(took) // 2]:.2f} s median of "
        f"{len(took)}; {errors} errors | |"
    )


def _in_chromium(address: str) -> list[str]:
    lines = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=serving.chromium_path(), args=serving.CHROMIUM_ARGUMENTS
        )
        for name, (path, query) in PAGES.items():
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            visit(page, f"{address}/{path}?{query}")
            took = p95(switches(page))
            lines.append(
                f"| Another borough on the {name}, chosen to drawn in Chromium, "
                f"{{name}} | under 700 ms p95 | {took / 0.7:.1f} x "
                f"| {took * 1000:.0f} ms p95 | |"
            )
            page.close()
        browser.close()
    return lines


def switches(page: Page) -> list[float]:
    """Choose boroughs by hand, and return the seconds until each is drawn."""
    visitor_areas = _areas(page)[1 : AREAS_IN_CHROMIUM + 1]
    return [
        seconds(lambda area=area: choose(page, "Area", area, pause=0))
        for area in visitor_areas
    ]


def _areas(page: Page) -> list[str]:
    page.get_by_role("combobox", name="Area", exact=True).click()
    page.get_by_role("option").first.wait_for()
    found = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    title(page).click()
    return found


def _statements(data_dir: Path) -> list[str]:
    """Count what pages ask of DuckDB, in a process of their own."""
    command = [sys.executable, "-m", "tests.bench_pages", str(data_dir)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def count_statements(data_dir: Path) -> list[str]:
    """Return lines that say how many statements each page runs, new and again."""
    import os

    from streamlit.testing.v1 import AppTest

    from kpis.warehouse import Warehouse

    os.environ["DEMAND_DATA_DIR"] = str(data_dir)
    asked = 0

    def counted(ask: Callable) -> Callable:
        def count(*arguments, **named):
            nonlocal asked
            asked += 1
            return ask(*arguments, **named)

        return count

    for name in ("query", "tuples"):
        setattr(Warehouse, name, counted(getattr(Warehouse, name)))
    lines = []
    at = AppTest.from_file(str(serving.PROJECT / "app.py"), default_timeout=60)
    at.query_params["kpi"] = "Immediate incidents attended in target"
    at.run()
    for name, file in (("overview", None), ("indicator", "pages/browse/indicator.py")):
        if file:
            at.switch_page(file).run()
        counts = []
        for area in ("QK", "TX", "QK"):
            asked = 0
            at.selectbox(key="area").set_value(area).run()
            counts.append(asked)
        lines.append(
            f"| Statements for another area on the {name} | | | {counts[1]} where "
            f"nobody asked before, {counts[2]} again | |"
        )
    return lines


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def p95(numbers: Sequence[float]) -> float:
    """Return what 95 of 100 numbers do not exceed."""
    return sorted(numbers)[max(round(0.95 * len(numbers)) - 1, 0)]


if __name__ == "__main__":
    print("\n".join(count_statements(Path(sys.argv[1]))))
