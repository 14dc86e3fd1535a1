"""What has arrived, and so whether a period is complete, unfinished or has a hole.

An import says which days it covers, for the whole force or for the areas in it. A
figure with a part that never arrived is not reliable; it is never simply smaller.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from kpis import periods, settings
from kpis.builds import Import, kpi_rows
from kpis.definitions import Kpi
from kpis.periods import FIRST_DAY, LAST_DAY

DAY = timedelta(days=1)
Span = tuple[date, date]
WHOLE_FORCE = ""


@dataclass(frozen=True)
class Places:
    """What kind each area is, what it is made of and when it exists.

    `parts` are the sites and facilities that serve a BOCU, with first and last day.
    `open_days` are the first and last day of an area, where they are known.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    parts: dict[str, tuple[tuple[str, date, date], ...]] = field(default_factory=dict)
    open_days: dict[str, Span] = field(default_factory=dict)

    def serving(self, area: str, among: Iterable[str], period: Span) -> list[str]:
        """Return the areas, among those of an export, that make a figure of `area`."""
        among = set(among)
        if area == settings.FORCE:
            return sorted(among)
        if area in among:
            return [area]
        own = {
            part
            for part, first, last in self.parts.get(area, ())
            if part in among and first <= period[1] and last >= period[0]
        }
        if self.kinds.get(area) == "bocu":
            sites = {code for code in among if self.kinds.get(code) == "site"}
            known = {part for parts in self.parts.values() for part, _, _ in parts}
            # a site may serve any borough where no one has said which it serves, and
            # any site may serve a borough where no one has said which serves it
            own |= sites - known if self._is_known(area, period) else sites
        return sorted(own)

    def members(self, areas: Iterable[str]) -> list[tuple[str, str]]:
        """Return areas, each with the codes whose cells add up to it.

        A borough's are its own and those of its facilities; the force's is everything.
        """
        return [
            (area, code)
            for area in areas
            for code in dict.fromkeys(
                [
                    area,
                    *(
                        part
                        for part, *_ in self.parts.get(area, ())
                        if self.kinds[part] == "facility"
                    ),
                ]
            )
        ]

    def _is_known(self, area: str, period: Span) -> bool:
        """Whether it is known for each day of a period which site serves an area."""
        day = period[0]
        spans = (
            (first, last)
            for part, first, last in self.parts.get(area, ())
            if self.kinds.get(part) == "site"
        )
        for first, last in sorted(spans):
            if first <= day:
                day = max(day, min(last, period[1]) + DAY)
        return day > period[1]


NOWHERE = Places()


@dataclass(frozen=True)
class Coverage:
    """Covered days of one source for one indicator.

    A span has first and last day, the areas that it covers, None for all of them, and
    those of which it holds hardly a row, though it was to cover them. `lacks` are the
    needed columns that even the best of the exports has not, if none has all.
    """

    source: str
    spans: tuple[tuple[date, date, frozenset[str] | None, frozenset[str]], ...]
    as_at: date | None
    places: Places = NOWHERE
    lacks: tuple[str, ...] = ()

    @cached_property
    def areas(self) -> frozenset[str]:
        """Return the areas that send exports of their own."""
        return frozenset().union(*(areas or () for _, _, areas, _ in self.spans))

    @cached_property
    def lacking(self) -> frozenset[str]:
        """Return the areas of which some export holds hardly a row on some days."""
        empty = (lacking for *_, lacking in self.spans)
        return frozenset().union(*empty) - {WHOLE_FORCE}

    @cached_property
    def first(self) -> date | None:
        """Return the first day covered for any area."""
        return min((first for first, *_ in self.spans), default=None)

    @cached_property
    def last(self) -> date | None:
        """Return the last day covered for any area."""
        return max((last for _, last, *_ in self.spans), default=None)

    @property
    def days(self) -> Span | None:
        """Return the first and last day covered for any area, or None."""
        if self.first is None or self.last is None:
            return None
        return self.first, self.last

    def reaches(self, area: str) -> bool:
        """Return whether any export covers an area; the force is covered by each."""
        if any(
            areas is None and area not in lacking for _, _, areas, lacking in self.spans
        ):
            return True
        return self.days is not None and bool(
            self.places.serving(area, self.areas, self.days)
        )

    def missing(self, period: Span, area: str) -> dict[str, list[Span]]:
        """Return by area what of a period has not arrived; for the force, every area.

        The key "" stands for exports of the whole force.
        """
        wanted = self.wanted(area, period)
        gaps = {code: self.gaps(self.expected(code, period), code) for code in wanted}
        return {code: spans for code, spans in gaps.items() if spans}

    def wanted(self, area: str, period: Span) -> list[str]:
        """Return the areas whose rows make a figure of `area`; "" for the whole force.

        If one borough sends its own exports, the force's figure needs those of all.
        """
        kinds = self.places.kinds
        among = set(self.areas)
        if area == settings.FORCE and any(kinds.get(code) == "bocu" for code in among):
            among |= {code for code, kind in kinds.items() if kind == "bocu"}
        wanted = self.places.serving(area, among, period) or [WHOLE_FORCE]
        if area == settings.FORCE:
            own = set(self.lacking)
        elif kinds.get(area) == "site":
            own = {
                code
                for code in self.lacking
                if area in self.places.serving(code, [area], period)
            }
        else:
            own = set(self.lacking & {area})
        return list(dict.fromkeys([*wanted, *sorted(own)]))

    def looks_empty(self, area: str, span: Span) -> bool:
        """Return whether an export was to hold some days of an area, and holds none."""
        return any(
            first <= span[1] and last >= span[0]
            for first, last, areas, lacking in self.spans
            if (areas is None or area in areas) and not lacking.isdisjoint({area, ""})
        )

    def expected(self, area: str, period: Span) -> Span:
        """Return the part of a period for which an area's exports are expected.

        It may be empty (end before start). An area that sent an export before its
        recorded opening was open by then.
        """
        opened, closed = self.places.open_days.get(area, (FIRST_DAY, LAST_DAY))
        own = [first for first, _, areas, _ in self.spans if areas and area in areas]
        return max(min([opened, *own]), period[0]), min(closed, period[1])

    def gaps(self, period: Span, area: str) -> list[Span]:
        """Return the spans of a period that no export of one area covers."""
        own = sorted(
            (first, last)
            for first, last, areas, lacking in self.spans
            if (areas is None or area in areas) and lacking.isdisjoint({area, ""})
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


def of_kpi(
    kpi: Kpi, imports: list[Import], places: Places = NOWHERE
) -> dict[str, Coverage]:
    """Return by source what arrived of the exports that measure an indicator."""
    able = kpi_rows.measuring(kpi, imports)
    return {
        source: replace(
            of_source(source, able, places), lacks=_lacking(columns, source, imports)
        )
        for source, columns in kpi.population.needs.items()
    }


def _lacking(
    columns: Iterable[str], source: str, imports: list[Import]
) -> tuple[str, ...]:
    """Return the needed columns that the best export of a source has not."""
    lacking = [
        tuple(name for name in columns if name not in import_.columns)
        for import_ in imports
        if import_.source == source
    ]
    return min(lacking, key=len, default=())


def of_source(source: str, imports: list[Import], places: Places = NOWHERE) -> Coverage:
    """Return what arrived of one source, whichever columns its exports have."""
    dated = [one for one in imports if one.source == source and one.days]
    spans = tuple(
        (first, last, one.areas, lacking)
        for one in dated
        for first, last, lacking in one.parts
    )
    as_at = max((one.extracted_at for one in dated), default=None)
    return Coverage(source, spans, as_at, places)


def of_everything(imports: list[Import]) -> dict[str, Coverage]:
    """Return what any export covers, for indicators about the other indicators."""
    days = [one.days for one in imports if one.days]
    if not days:
        return {"any source": Coverage("any source", (), None)}
    whole = (min(first for first, _ in days), max(last for _, last in days))
    as_at = max(one.extracted_at for one in imports)
    spans = ((*whole, None, frozenset[str]()),)
    return {"any source": Coverage("any source", spans, as_at)}


def first_day(covers: dict[str, Coverage]) -> date | None:
    """Return the day from which every source has data, or None."""
    days = [cover.first for cover in covers.values() if cover.first]
    return max(days) if len(days) == len(covers) else None


def last_day(covers: dict[str, Coverage]) -> date | None:
    """Return the day up to which every source has data, or None."""
    days = [cover.last for cover in covers.values() if cover.last]
    return min(days) if len(days) == len(covers) else None


def not_arrived(imports: list[Import], places: Places = NOWHERE) -> pd.DataFrame:
    """Return source, area, missing_from, missing_to, looks_empty: what is missing.

    An export that was to hold the days, and looks empty, did arrive.
    Expected are all days from a source's first covered day to the last day that any
    of its exports covers, for every area that sends exports of its own.
    """
    rows = []
    for source in sorted({one.source for one in imports}):
        cover = of_source(source, imports, places)
        if cover.days is None:
            continue
        for area, spans in cover.missing(cover.days, settings.FORCE).items():
            rows += [
                (source, area, *span, cover.looks_empty(area, span)) for span in spans
            ]
    columns = ["source", "area", "missing_from", "missing_to", "looks_empty"]
    return pd.DataFrame(rows, columns=columns)


def grid(imports: list[Import], places: Places = NOWHERE) -> pd.DataFrame:
    """Return source, area, month, expected_days, arrived_days: a row for each month.

    From a source's first covered month to its last, for every area that sends exports
    of its own; area "" stands for exports of the whole force. Months that were not
    expected (a site that had not opened) have no row.
    """
    rows = []
    for source in sorted({one.source for one in imports}):
        cover = of_source(source, imports, places)
        if cover.days is None:
            continue
        months = periods.between(*cover.days, "month")
        for area in cover.wanted(settings.FORCE, cover.days):
            for month in months:
                expected = cover.expected(area, month)
                days = (expected[1] - expected[0]).days + 1
                if days <= 0:
                    continue
                gone = sum(
                    (last - first).days + 1
                    for first, last in cover.gaps(expected, area)
                )
                rows.append((source, area, month[0], days, days - gone))
    columns = ["source", "area", "month", "expected_days", "arrived_days"]
    return pd.DataFrame(rows, columns=columns)
