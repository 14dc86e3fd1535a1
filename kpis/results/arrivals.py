"""What has arrived of the exports that measure each indicator."""

import json
from dataclasses import replace
from datetime import date
from functools import cache, cached_property

from kpis import warehouse
from kpis.builds import Import, kpi_rows
from kpis.definitions import Kpi, contracts
from kpis.periods import Period
from kpis.results import coverage, left_out, suppression
from kpis.results.coverage import Coverage, Places
from kpis.results.missing_exports import MissingExports
from kpis.results.missing_rows import Loss, MissingRows
from kpis.results.states import Arrived, UnreliableFinding
from kpis.warehouse import Warehouse


class Arrivals:
    """What has arrived for each indicator of a build, worked out when first asked.

    A build never changes, so an answer stays true and is kept for as long as the build
    is open: one for each indicator, and one MissingExports for each set of exports.
    """

    def __init__(
        self,
        db: Warehouse,
        kpis: dict[str, Kpi],
        imports: list[Import],
        places: Places,
        names: dict[str, str],
    ) -> None:
        self._db = db
        self._kpis = kpis
        self._imports = imports
        self._places = places
        self._names = names
        self._missing: dict[tuple, MissingExports] = {}
        self._rows: dict[tuple, MissingRows] = {}
        self.of = cache(self._of)

    def _of(self, kpi_id: str) -> Arrived:
        kpi = self._kpis[kpi_id]
        covers = self._covers(kpi)
        exports = tuple(
            (source, cover.spans, cover.lacks) for source, cover in covers.items()
        )
        missing = self._missing.setdefault(exports, MissingExports(covers, self._names))
        # a survey that did not ask the question is not one without answers
        surveys = contracts.that_say("is_survey")
        is_asked = not surveys.isdisjoint(kpi.population.needs)
        arrived = Arrived(
            covers,
            missing,
            self._missing_rows(kpi),
            self._own_findings(kpi),
            self._names,
            standards=self._standards.get(kpi.population.standard),
            months=frozenset(self._months.get(kpi_id, ())) if is_asked else None,
        )
        hidden = suppression.of_kpi(self._db, kpi, self._places, arrived)
        return replace(arrived, hidden=hidden)

    def _covers(self, kpi: Kpi) -> dict[str, Coverage]:
        if kpi.population.stage == "after_cube" and not kpi.population.made_of:
            return coverage.of_everything(self._imports)
        covers = coverage.of_kpi(kpi, self._imports, self._places)
        for part in kpi.population.made_of:
            covers |= self._covers(self._kpis[part])
        return covers

    def _missing_rows(self, kpi: Kpi) -> MissingRows:
        """Return the rows that are missing; indicators of the same needs share one."""
        needs = self._needs(kpi)
        parts = [kpi, *(self._kpis[part] for part in kpi.population.made_of)]
        able = frozenset(
            import_.import_id
            for part in parts
            for import_ in kpi_rows.measuring(part, self._imports)
        )
        area_kind = kpi.population.area
        key = (tuple(sorted(needs.items())), area_kind, able)
        if key not in self._rows:
            self._rows[key] = MissingRows(
                needs,
                area_kind,
                self._losses,
                able,
                self._places,
                left_out.of_imports(self._imports, able),
            )
        return self._rows[key]

    def _needs(self, kpi: Kpi) -> dict[str, tuple[str, ...]]:
        """Return, by source, the columns that an indicator, or a part of it, needs."""
        needs = dict(kpi.population.needs)
        for part in kpi.population.made_of:
            for source, columns in self._kpis[part].population.needs.items():
                needs[source] = (*needs.get(source, ()), *columns)
        return needs

    @cached_property
    def _losses(self) -> list[Loss]:
        """Return the rows that could not be read, and those among which they are."""
        rows = self._db.tuples(warehouse.text("results/losses"))
        return list(map(Loss._make, rows))

    def _own_findings(self, kpi: Kpi) -> list[UnreliableFinding]:
        """Return the findings in columns that an indicator, or a part of it, needs."""
        needs = self._needs(kpi)
        return [
            finding
            for finding in self._findings
            if any(
                columns & set(needs.get(source, ()))
                for source, columns in finding.unusable.items()
            )
        ]

    @cached_property
    def _findings(self) -> list[UnreliableFinding]:
        """Return the findings that make figures unreliable, the oldest first."""
        rows = self._db.tuples(warehouse.text("results/unreliable_findings"))
        return [
            UnreliableFinding(area, first, last, says, _columns(unusable))
            for area, first, last, says, unusable in rows
        ]

    @cached_property
    def _standards(self) -> dict[str, list[Period]]:
        """Return when there was a standard, for each that an indicator names."""
        spans: dict[str, list[Period]] = {
            kpi.population.standard: []
            for kpi in self._kpis.values()
            if kpi.population.standard
        }
        rows = self._db.tuples(warehouse.text("results/standard_spans"))
        for applies_to, first, last in rows:
            spans.setdefault(applies_to, []).append((first, last))
        return spans

    @cached_property
    def _months(self) -> dict[str, set[date]]:
        """Return the months that have rows, by indicator."""
        months: dict[str, set[date]] = {}
        rows = self._db.tuples(warehouse.text("results/months_with_rows"))
        for kpi_id, month in rows:
            months.setdefault(kpi_id, set()).add(month)
        return months


def _columns(by_source: str) -> dict[str, frozenset[str]]:
    return {source: frozenset(names) for source, names in json.loads(by_source).items()}
