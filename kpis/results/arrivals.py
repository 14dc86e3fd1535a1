"""What has arrived of the exports that measure an indicator."""

from dataclasses import replace

from kpis.definitions import Kpi, contracts
from kpis.results import coverage, suppression
from kpis.results.coverage import Coverage
from kpis.results.opened_build import Build
from kpis.results.states import Arrived


def arrived(build: Build, kpi_id: str) -> Arrived:
    """Return what has arrived of the exports that measure an indicator."""
    if kpi_id not in build.known:
        build.known[kpi_id] = _arrived(build, build.kpis[kpi_id])
    return build.known[kpi_id]


def _arrived(build: Build, kpi: Kpi) -> Arrived:
    needs = dict(kpi.population.needs)
    for part in kpi.population.made_of:
        needs |= build.kpis[part].population.needs
    faults = [
        one
        for one in build.faults
        if any(
            set(columns) & set(needs.get(source, ()))
            for source, columns in one["unusable"].items()
        )
    ]
    standards = build.standards.get(kpi.population.standard)
    covers = _covers(build, kpi)
    exports = tuple((source, cover.spans) for source, cover in covers.items())
    told = build.told.setdefault(exports, {})
    # a survey without the question is no survey with no answers
    is_asked = not contracts.that_say("is_survey").isdisjoint(kpi.population.needs)
    months = frozenset(build.months.get(kpi.id, ())) if is_asked else None
    whole = Arrived(covers, faults, build.names, standards, months=months, told=told)
    hidden = suppression.areas(build.warehouse, kpi, build.places, whole)
    return replace(whole, hidden=hidden)


def _covers(build: Build, kpi: Kpi) -> dict[str, Coverage]:
    if kpi.population.stage == "after_cube" and not kpi.population.made_of:
        return coverage.of_everything(build.imports)
    covers = coverage.of_kpi(kpi, build.imports, build.places)
    for part in kpi.population.made_of:
        covers |= _covers(build, build.kpis[part])
    return covers
