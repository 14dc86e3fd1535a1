"""Every figure on every page against the engine's own: make audit.

Opens each page in process, as a visitor would, for all indicators, areas and kinds of
period, or those that are given, and compares what stands there with `results`. Prints
how many figures were compared, by kind of page, and each difference; exit code 1 if
there is one. Then says what follows about few people from everything that is shown.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from kpis import __main__ as command_line
from kpis import settings
from kpis.builds import store
from kpis.definitions import indicators
from kpis.errors import UserError
from kpis.output import area_names
from kpis.results import opened_build, queries
from pages._frame import filters
from tests import audit_visitor, disclosure_auditor
from tests.audit_visit import Tally

# a demo for people without data: small, two years, every source
DEMO = ("demo", "--scale", "0.03", "--years", "2")
MOST_LISTED = 200


def audit(
    areas: Sequence[str], kpi_ids: Sequence[str], lengths: Sequence[str]
) -> Iterator[Tally]:
    """Compare the pages without an area, then those of each, on all processors."""
    if len(areas) == 1:
        yield audit_visitor.audit_rest()
        yield audit_visitor.audit_area(areas[0], kpi_ids, lengths)
        return
    tasks = [(audit_visitor.audit_area, one, kpi_ids, lengths) for one in areas]
    tasks = [(audit_visitor.audit_rest,), *tasks]
    # of their own: a page that runs in process takes the place of the main program
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        for job in as_completed([processes.submit(*task) for task in tasks]):
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
    """Audit the current build, or a small demo without one."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit")
    parser.add_argument("--area", nargs="+", metavar="CODE")
    parser.add_argument("--kpi", nargs="+", choices=indicators.load(), metavar="KPI")
    parser.add_argument("--by", nargs="+", choices=filters.PERIOD_NAMES)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="audit-") as place:
        if store.current_id(settings.data_dir()) is None:
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
        followed = revealed(kpi_ids)
    for line in [*report(whole), *followed]:
        print(line)
    return 1 if whole.differences or len(followed) > 1 else 0


def revealed(kpi_ids: Sequence[str]) -> list[str]:
    """Say how many hidden cells follow from what is shown together, and which."""
    build = opened_build.open_build()
    try:
        found = [str(one) for one in disclosure_auditor.of_build(build, kpi_ids)]
    finally:
        build.close()
    return [f"hidden cells that follow: {len(found):,}", *found[:MOST_LISTED]]


def chosen(
    areas: Iterable[str] | None, kpis: Sequence[str] | None, by: Sequence[str] | None
) -> tuple[list[str], list[str], list[str]]:
    """Return codes of areas, ids of indicators and kinds of period; all if none."""
    build = opened_build.open_build()
    try:
        offered = area_names.offered(queries.areas(build))
        codes = [queries.find_area(build, one) for one in areas or offered]
        return codes, list(kpis or build.kpis), list(by or filters.PERIOD_NAMES)
    finally:
        build.close()


if __name__ == "__main__":
    sys.exit(main())
