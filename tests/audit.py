"""Every figure on every page against the engine's own: make audit.

Opens each page in process, as a visitor would, for all indicators, areas and kinds of
period, or those that are given, and compares what stands there with `results`. Prints
how many figures were compared, by kind of page, and each difference; exit code 1 if
there is one.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from streamlit import config
from streamlit.testing.v1 import AppTest

from kpis import __main__ as command_line
from kpis import registry, results, settings
from kpis.errors import UserError
from pages import _scope
from tests import audit_pages
from tests.audit_engine import Engine
from tests.audit_pages import Tally, Visit

APP = Path(__file__).resolve().parent.parent / "app.py"
OVERVIEW, INDICATOR = "pages/browse/overview.py", "pages/browse/indicator.py"
DRILL = "pages/browse/drill.py"
IMPORTS, DEFINITIONS = "pages/data/imports.py", "pages/data/definitions.py"
ALL, LONDON, BESIDE = "All indicators", "London", "Side by side"
# a demo for whoever has no data: small, two years, every source
DEMO = ("demo", "--scale", "0.03", "--years", "2")
MOST_LISTED = 200


class Visitor:
    """Goes through the pages of one build and compares what stands there."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self.tally = Tally()
        self.at = AppTest.from_file(str(APP), default_timeout=120).run()
        self.page = OVERVIEW

    def opens(self, page: str, **chosen: object) -> None:
        """Run a page with some of its choices made, by their keys."""
        if page != self.page:
            self.at.switch_page(page)
            self.page = page
        for key, value in chosen.items():
            self.at.session_state[key] = value
        self.at.run()
        for failure in self.at.exception:
            self.tally.differences.append(f"{page}, {chosen}: {failure.value}")
        notices = [one for one in self.at.markdown if "Synthetic data" in one.value]
        is_demo = self.engine.build.is_demo
        self.tally.same("synthetic notice", page, bool(notices), is_demo)

    def visit(self, area: str, by: str, kpi_id: str = "") -> Visit:
        return Visit(self.at, self.engine, self.tally, area, by, kpi_id)

    def sees_overview(self, area: str, by: str, beside: Sequence[str] = ()) -> None:
        """Compare the overview of an area in its three views."""
        self.opens(OVERVIEW, area=area, by=by, view=ALL)
        audit_pages.overview(self.visit(area, by))
        if beside:
            self.opens(OVERVIEW, view=BESIDE, areas_beside=list(beside))
            audit_pages.side_by_side(self.visit(area, by), list(beside))
            self.opens(OVERVIEW, view=LONDON)
            mapped = self.at.selectbox(key="mapped").value
            audit_pages.london(self.visit(area, by, mapped))

    def sees_indicator(self, kpi_id: str, area: str, by: str) -> None:
        """Compare an indicator's page."""
        self.opens(INDICATOR, kpi=kpi_id, area=area, by=by)
        audit_pages.indicator(self.visit(area, by, kpi_id))

    def drills_into(self, kpi_id: str, area: str, by: str) -> None:
        """Compare an indicator's drill-down."""
        self.opens(DRILL, kpi=kpi_id, area=area, by=by)
        audit_pages.drill_down(self.visit(area, by, kpi_id))

    def sees_the_rest(self) -> None:
        """Compare definitions and imports, which have neither area nor period."""
        self.opens(DEFINITIONS)
        audit_pages.definitions(self.visit(settings.FORCE, "month"))
        self.opens(IMPORTS)
        audit_pages.imports(self.visit(settings.FORCE, "month"))


def audit_area(area: str, kpi_ids: Sequence[str], lengths: Sequence[str]) -> Tally:
    """Compare every page of one area."""
    with visitor() as one:
        for by in lengths:
            one.sees_overview(area, by, dict.fromkeys([area, settings.FORCE]))
            for kpi_id in kpi_ids:
                one.sees_indicator(kpi_id, area, by)
                one.drills_into(kpi_id, area, by)
        return one.tally


@contextmanager
def visitor() -> Iterator[Visitor]:
    """A visitor of the current build, which is closed afterwards."""
    build = results.open_build()
    try:
        yield Visitor(Engine(build))
    finally:
        build.close()


def audit_rest() -> Tally:
    """Compare the pages that have no area."""
    with visitor() as one:
        one.sees_the_rest()
        return one.tally


def audit(
    areas: Sequence[str], kpi_ids: Sequence[str], lengths: Sequence[str]
) -> Iterator[Tally]:
    """Compare the pages without an area, then those of each, on all processors."""
    yield audit_rest()
    if len(areas) == 1:
        yield audit_area(areas[0], kpi_ids, lengths)
        return
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        jobs = [processes.submit(audit_area, one, kpi_ids, lengths) for one in areas]
        for job in as_completed(jobs):
            yield job.result()


def report(tally: Tally) -> Iterator[str]:
    """Say what was compared, and each difference."""
    for place, count in sorted(tally.compared.items()):
        wrong = sum(one.startswith(f"{place}, ") for one in tally.differences)
        yield f"{place:16} {count:>9,} figures compared, {wrong} differ"
    met = ", ".join(f"{state} {count:,}" for state, count in tally.states.most_common())
    yield f"states met: {met}"
    yield from tally.differences[:MOST_LISTED]
    more = len(tally.differences) - MOST_LISTED
    if more > 0:
        yield f"and {more:,} more"


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the current build, or a small demo where there is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit")
    parser.add_argument("--area", nargs="+", metavar="CODE")
    parser.add_argument("--kpi", nargs="+", choices=registry.load(), metavar="KPI")
    parser.add_argument("--by", nargs="+", choices=_scope.PERIOD_NAMES)
    options = parser.parse_args(arguments)
    # a page that fails tells the audit why
    config.set_option("client.showErrorDetails", "full")
    with tempfile.TemporaryDirectory(prefix="audit-") as place:
        if results.current_build_id() is None:
            print("There is no build: a small demo is made and audited.", flush=True)
            os.environ["DEMAND_DATA_DIR"] = place
            command_line.main(DEMO)
        try:
            areas, kpi_ids, lengths = chosen(options.area, options.kpi, options.by)
        except UserError as error:
            print(error, file=sys.stderr)
            return 2
        whole, began = Tally(), time.monotonic()
        for done, tally in enumerate(audit(areas, kpi_ids, lengths)):
            whole.add(tally)
            minutes = (time.monotonic() - began) / 60
            print(f"{done} of {len(areas)} areas, {minutes:.0f} min", file=sys.stderr)
    for line in report(whole):
        print(line)
    return 1 if whole.differences else 0


def chosen(
    areas: Iterable[str] | None, kpis: Sequence[str] | None, by: Sequence[str] | None
) -> tuple[list[str], list[str], list[str]]:
    """Return codes of areas, ids of indicators and kinds of period; all if none."""
    build = results.open_build()
    try:
        offered = _scope.offered_areas(results.areas(build))
        codes = [results.find_area(build, one) for one in areas or offered]
        return codes, list(kpis or build.kpis), list(by or _scope.PERIOD_NAMES)
    finally:
        build.close()


if __name__ == "__main__":
    sys.exit(main())
