"""What has arrived, and so whether a period is finished, open or has a hole.

An import says which days it covers, for the whole force or for the areas in it. A
figure whose part never arrived is not reliable; it is never simply smaller.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from kpis import settings
from kpis.registry import Kpi

DAY = timedelta(days=1)
Span = tuple[date, date]


@dataclass(frozen=True)
class Coverage:
    """Covered days of one source for one indicator; `areas` is None for all of them."""

    spans: tuple[tuple[date, date, frozenset[str] | None], ...]
    as_at: date | None

    @property
    def areas(self) -> frozenset[str]:
        """Return the areas that send exports of their own."""
        return frozenset().union(*(areas or () for _, _, areas in self.spans))

    @property
    def first(self) -> date | None:
        """Return the first day covered for any area."""
        return min((first for first, _, _ in self.spans), default=None)

    @property
    def last(self) -> date | None:
        """Return the last day covered for any area."""
        return max((last for _, last, _ in self.spans), default=None)

    def reaches(self, area: str) -> bool:
        """Return whether any export covers an area; the force is covered by each."""
        return area == settings.FORCE or any(
            areas is None or area in areas for _, _, areas in self.spans
        )

    def missing(self, period: Span, area: str) -> dict[str, list[Span]]:
        """Return by area what of a period has not arrived; for the force, every area.

        The key "" stands for exports of the whole force.
        """
        wanted = sorted(self.areas) if area == settings.FORCE else [area]
        if not self.areas or (area != settings.FORCE and area not in self.areas):
            wanted = [""]
        gaps = {one: self._gaps(period, one) for one in wanted}
        return {one: spans for one, spans in gaps.items() if spans}

    def _gaps(self, period: Span, area: str) -> list[Span]:
        own = sorted(
            (first, last)
            for first, last, areas in self.spans
            if areas is None or area in areas
        )
        gaps, day = [], period[0]
        for first, last in own:
            if last < day or first > period[1]:
                continue
            if first > day:
                gaps.append((day, first - DAY))
            day = last + DAY
        if day <= period[1]:
            gaps.append((day, period[1]))
        return gaps


def of_kpi(kpi: Kpi, imports: list[dict]) -> Coverage:
    """Return what arrived of the exports that measure an indicator."""
    return _of(
        one
        for one in imports
        if one["source"] in kpi.needs
        and set(kpi.needs[one["source"]]) <= set(one["columns"])
    )


def of_source(source: str, imports: list[dict]) -> Coverage:
    """Return what arrived of one source, whatever its exports measure."""
    return _of(one for one in imports if one["source"] == source)


def _of(imports: Iterable[dict]) -> Coverage:
    dated = [one for one in imports if one["covers_from"] is not None]
    spans = tuple(
        (
            one["covers_from"],
            one["covers_to"],
            None if one["areas"] is None else frozenset(one["areas"]),
        )
        for one in dated
    )
    return Coverage(spans, max((one["extracted_at"] for one in dated), default=None))


def not_arrived(imports: list[dict]) -> pd.DataFrame:
    """Return source, area, missing_from, missing_to: expected, and not arrived.

    Expected are all days from a source's first covered day to the last day that any
    of its exports covers, for every area that sends exports of its own.
    """
    rows = []
    for source in sorted({one["source"] for one in imports}):
        arrived = of_source(source, imports)
        if arrived.first is None:
            continue
        whole = (arrived.first, arrived.last)
        for area, spans in arrived.missing(whole, settings.FORCE).items():
            rows += [(source, area, first, last) for first, last in spans]
    return pd.DataFrame(rows, columns=["source", "area", "missing_from", "missing_to"])
