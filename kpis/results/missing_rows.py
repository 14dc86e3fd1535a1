"""Rows that are missing from a figure, or of which a value that it needs is.

A refused row is placed by what could be read of it: its month, its borough, site or
counter. If that is not enough, it may belong to any figure of its export, and counts in
each as one that may.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from kpis import periods, settings
from kpis.builds import ANY_COLUMN
from kpis.definitions import contracts
from kpis.periods import Period
from kpis.results.coverage import Places
from kpis.results.left_out import Filtered

MOST_KEPT = 20_000


class Loss(NamedTuple):
    """Some rows of an export: where they belong, and what became of them.

    `month_on` is None where their month could not be read. `columns` were emptied;
    `fate` is kept, refused, or outdated, where an older version of the row counts.
    `covers_from` and `covers_to` are what their export covers.
    """

    source: str
    import_id: str
    month_on: date | None
    places: list[str]
    columns: list[str]
    fate: str
    row_count: int
    covers_from: date | None
    covers_to: date | None


@dataclass(frozen=True)
class Missing:
    """What is missing from one figure.

    `rows` are those of its exports that count in its area and period. `refused` are
    missing from it, `astray` may be; `share_astray` is how many of these are expected.
    `unusable` rows count, but a value that the figure needs could not be read, in the
    `columns`. `filtered` has, by reason, the rows that were left out of its exports on
    purpose, everywhere; they are no loss.
    """

    rows: int = 0
    refused: int = 0
    astray: int = 0
    share_astray: float = 0.0
    unusable: int = 0
    columns: tuple[str, ...] = ()
    filtered: tuple[tuple[str, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.refused or self.astray or self.unusable)

    @property
    def of(self) -> int:
        """Return the number of rows among which these are."""
        return self.rows + self.refused + self.astray

    @property
    def share(self) -> float:
        """Return the expected share of rows that are lost, from 0 to 1."""
        lost = self.refused + self.share_astray + self.unusable
        return lost / max(self.rows + self.refused + self.share_astray, 1)


NOTHING = Missing()


@dataclass(frozen=True)
class _Counts:
    """The losses of one month in one area."""

    rows: int = 0
    all_rows: int = 0
    refused: int = 0
    astray: int = 0
    unusable: int = 0


@dataclass(frozen=True)
class _Undated:
    """Refused rows of one export whose month could not be read."""

    first: date
    last: date
    count: int
    is_placed: bool


@dataclass
class _OfArea:
    months: dict[date, _Counts] = field(default_factory=dict)
    undated: list[_Undated] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)


class MissingRows:
    """The rows that are missing from an indicator's figures, by area and period.

    `needs` has, by source, the columns that it needs, `area_kind` is what its areas
    are, `able` the imports that measure it, `left_out` what was left out of these on
    purpose. Worked out when first asked: most builds
    have lost nothing.
    """

    def __init__(
        self,
        needs: dict[str, tuple[str, ...]],
        area_kind: str,
        losses: Iterable[Loss],
        able: frozenset[str],
        places: Places,
        left_out: Iterable[Filtered] = (),
    ) -> None:
        self._needs = needs
        self._kind = area_kind
        self._places = places
        self._left_out = list(left_out)
        self._losses = [loss for loss in losses if loss.import_id in able]
        self._is_clean = not any(
            _is_lost(loss, self._needs) or _is_misplaced(loss) for loss in self._losses
        )
        self._of_area = lru_cache(None)(self._count_area)
        self.of = lru_cache(MOST_KEPT)(self._of)

    def _of(self, area: str, period: Period) -> Missing:
        filtered = self._filtered(period)
        if self._is_clean:
            return Missing(filtered=filtered) if filtered else NOTHING
        counted = self._of_area(area)
        months = [
            counts
            for month, counts in counted.months.items()
            if month <= period[1] and periods.end_of_month(month) >= period[0]
        ]
        rows = sum(month.rows for month in months)
        astray = sum(month.astray for month in months)
        expected = sum(
            month.astray * _share(month.rows, month.all_rows) for month in months
        )
        of_all = sum(month.all_rows for month in months)
        for undated in counted.undated:
            days = _overlap((undated.first, undated.last), period)
            if days:
                astray += undated.count
                part = days / ((undated.last - undated.first).days + 1)
                own = 1.0 if undated.is_placed else _share(rows, of_all)
                expected += undated.count * part * own
        unusable = sum(month.unusable for month in months)
        return Missing(
            rows=rows,
            refused=sum(month.refused for month in months),
            astray=astray,
            share_astray=expected,
            unusable=unusable,
            columns=tuple(sorted(counted.columns)) if unusable else (),
            filtered=filtered,
        )

    def _filtered(self, period: Period) -> tuple[tuple[str, int], ...]:
        counts: dict[str, int] = {}
        for month, reason, count in self._left_out:
            if month <= period[1] and periods.end_of_month(month) >= period[0]:
                counts[reason] = counts.get(reason, 0) + count
        return tuple(counts.items())

    def _count_area(self, area: str) -> _OfArea:
        """Count the losses of an area, month by month."""
        members = {code for _, code in self._places.members([area])}
        counted = _OfArea()
        sums: dict[date, dict[str, int]] = {}
        for loss in self._losses:
            belongs = self._belongs(loss, area, members)
            if loss.month_on is None:
                if belongs is not False and loss.covers_from and loss.covers_to:
                    span = (loss.covers_from, loss.covers_to)
                    counted.undated.append(
                        _Undated(*span, loss.row_count, belongs is True)
                    )
                continue
            month = sums.setdefault(loss.month_on, dict.fromkeys(_NAMES, 0))
            if loss.fate == "refused":
                name = {True: "refused", None: "astray", False: ""}[belongs]
                if name:
                    month[name] += loss.row_count
                continue
            is_counted = loss.fate == "kept"
            month["all_rows"] += loss.row_count if is_counted else 0
            if belongs is None and _is_misplaced(loss):
                month["astray"] += loss.row_count
            if not belongs:
                continue
            month["rows"] += loss.row_count if is_counted else 0
            if _is_lost(loss, self._needs):
                month["unusable"] += loss.row_count
                needed = self._needs.get(loss.source, ())
                counted.columns |= set(loss.columns) & set(needed)
        counted.months = {month: _Counts(**sums[month]) for month in sorted(sums)}
        return counted

    def _belongs(self, loss: Loss, area: str, members: set[str]) -> bool | None:
        """Return whether rows belong to an area, None where no one can say."""
        if area == settings.FORCE or not members.isdisjoint(loss.places):
            return True
        kinds = {self._places.kinds.get(code) for code in loss.places}
        return False if self._kind in kinds else None


_NAMES = ("rows", "all_rows", "refused", "astray", "unusable")


def _is_lost(loss: Loss, needs: dict[str, tuple[str, ...]]) -> bool:
    """Whether rows are missing, or lack a value that the indicator needs."""
    if loss.fate != "kept":
        return True
    needed = {*needs.get(loss.source, ()), ANY_COLUMN}
    return not needed.isdisjoint(loss.columns)


def _is_misplaced(loss: Loss) -> bool:
    """Whether rows named a place that could not be read."""
    return not set(loss.columns).isdisjoint(contracts.load(loss.source).places)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _overlap(span: Period, period: Period) -> int:
    first, last = max(span[0], period[0]), min(span[1], period[1])
    return max((last - first).days + 1, 0)
