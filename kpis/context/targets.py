"""Targets: what is to be reached, who said so, and whether anyone has adopted it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isnan

from kpis import formatting, periods, settings
from kpis.periods import Period
from kpis.statistics import spc

ADOPTED = ("statutory", "plan", "local")
NOT_SET = "local target to be set"

# which direction is better at each end of a target
_BETTER: dict[str | None, tuple[str, ...]] = {
    "at_least": ("higher",),
    "at_most": ("lower",),
    "within": ("higher", "lower"),
}
_SIDES: dict[str | None, str] = {
    "at_least": "at least",
    "at_most": "at most",
    "within": "from",
}


@dataclass(frozen=True)
class Target:
    """A target of one indicator in one area, or the statement that there is none.

    `comparator` is at_least, at_most or within; value and value_to are in natural
    units (a share of 1, seconds, pounds), None where there is none. `status` is
    statutory, plan, published standard, local or none.
    """

    kpi: str
    area: str
    comparator: str | None = None
    value: float | None = None
    value_to: float | None = None
    status: str = "none"
    owner: str | None = None
    source: str = NOT_SET
    valid_from: date = periods.FIRST_DAY
    valid_to: date = periods.LAST_DAY

    @property
    def is_set(self) -> bool:
        """Whether there is a number to reach."""
        return self.value is not None

    @property
    def is_adopted(self) -> bool:
        """Whether law, plan or force set it; a published standard is another's."""
        return self.is_set and self.status in ADOPTED

    @property
    def ends(self) -> tuple[float, ...]:
        """Return the numbers of the target: one, two for a band, or none."""
        return tuple(end for end in (self.value, self.value_to) if end is not None)


def in_force(targets: Iterable[Target], kpi_id: str, area: str, day: date) -> Target:
    """Return a day's target: the area's own, else the force's, else one not set."""
    of_day = {
        target.area: target
        for target in targets
        if target.kpi == kpi_id and target.valid_from <= day <= target.valid_to
    }
    return of_day.get(area) or of_day.get(settings.FORCE) or Target(kpi_id, area)


def of_period(
    targets: Iterable[Target], kpi_id: str, area: str, period: Period
) -> Target:
    """Return the target that counts for a period: the one in force on its last day.

    A target may change within a quarter, a year or a week. What is to be reached by
    then is what the figure is held against.
    """
    return in_force(targets, kpi_id, area, period[1])


def in_words(target: Target, unit: str) -> str:
    """Return a target in words: "at least 80 % (plan, 1999)".

    Where there is none: "no target has been adopted; local target to be set".
    """
    if not target.is_set:
        return f"no target has been adopted; {target.source}"
    when = _when(target)
    return f"{_aim(target, unit)} ({target.status}{', ' if when else ''}{when})"


def in_short(target: Target, unit: str) -> str:
    """Return a target for a narrow column: "at least 80 % (plan)"."""
    if target.is_set:
        return f"{_aim(target, unit)} ({target.status})"
    return "to be set locally" if NOT_SET in target.source else "none intended"


def without_unit(value: float, unit: str) -> str:
    """Return the number of a target where its unit is said elsewhere: "9"."""
    words = formatting.exact(value, unit).removesuffix(formatting.left_out(unit))
    return words.rstrip()


def assurance(target: Target, lower: float, upper: float) -> str | None:
    """Return whether limits of a chart lie on the good side of a target.

    "pass": the process will reach it; "fail": it will not; "hit_or_miss": chance
    decides; None without a target or without limits. A band is passed only inside both
    of its ends.
    """
    if not target.is_set or isnan(lower) or isnan(upper):
        return None
    at_ends = {
        spc.assurance(end, lower, upper, better)
        for end, better in zip(target.ends, _BETTER[target.comparator], strict=True)
    }
    return next(kept for kept in ("fail", "hit_or_miss", "pass") if kept in at_ends)


def _aim(target: Target, unit: str) -> str:
    ends = [formatting.exact(end, unit) for end in target.ends]
    return f"{_SIDES[target.comparator]} {' to '.join(ends)}"


def _when(target: Target) -> str:
    """Return the financial year that it is for, or the year it began, or ""."""
    first, last = target.valid_from, target.valid_to
    if first == periods.FIRST_DAY:
        return ""
    if periods.of_day(first, "year") == (first, last):
        return f"{first.year}/{last.year % 100:02d}"
    return str(first.year)
