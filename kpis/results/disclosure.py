"""Which figures are not shown, so that none reveals individual people.

A figure of few people is hidden, and so is every figure from which it could be worked
out: by taking shown siblings from a total (complementary suppression), by taking a
shorter period from a longer one, or by adding short periods up. The rule is the same
for all periods of one length, so that no two of them can be compared to find out more:
an area is shown by a length if each of its settled periods has enough people, and
otherwise not at all by that length. Twelve months are shown where they are the sum of
periods that are shown: months, quarters, or a financial year. So all that is shown
divides areas into areas and years into months, and no two figures overlap otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from kpis import periods, settings
from kpis.periods import Period

# No published limits: the inspectors and the Authority gave none. Ten respondents is a
# usual rule of survey offices; five staff and twenty full-time posts are our own.
LEAST = {
    "respondents": 10,
    "staff": 5,
    "people": 5,
    "sickness": 20,
}
# An area hidden by one length is hidden by all that follow: they add up to it.
LONGEST_FIRST = ("year", "quarter", "month")


@dataclass(frozen=True)
class Measure:
    """People by code (index) and month (columns): how many make a cell.

    `is_stock` says that a period has the mean of its months (posts filled), not their
    sum (answers). A cell of no people reveals no one.
    """

    people: pd.DataFrame
    least: float
    is_stock: bool = False

    def by(self, spans: list[slice]) -> "Counted":
        """Return the people by span of months."""
        by_month = self.people.to_numpy(dtype=float)
        sums = np.empty((len(by_month), len(spans)))
        for place, span in enumerate(spans):
            own = by_month[:, span]
            sums[:, place] = own.mean(axis=1) if self.is_stock else own.sum(axis=1)
        rows = {code: row for row, code in enumerate(self.people.index)}
        return Counted(rows, sums, self.least)


@dataclass(frozen=True)
class Counted:
    """The people of one measure, by code (`rows` says which row) and period."""

    rows: dict[str, int]
    people: np.ndarray
    least: float

    def of(self, codes: Iterable[str]) -> np.ndarray:
        """Return the people of some codes together, by period."""
        rows = [self.rows[code] for code in codes if code in self.rows]
        # parts of posts do not add up exactly; a millionth of a post decides nothing
        return self.people[rows].sum(axis=0).round(6)

    def is_enough(self, codes: Iterable[str]) -> bool:
        """Return whether each period has enough people, or none."""
        people = self.of(codes)
        return bool(((people == 0) | (people >= self.least)).all())


@dataclass(frozen=True)
class Tree:
    """The areas of an indicator: the codes that add up to each, and the areas below it.

    `children` has the areas below each parent, parents of parents last. Codes that a
    parent has and none of its children (not located, say) are never shown on their own.
    """

    codes: dict[str, list[str]]
    children: dict[str, list[str]]


@dataclass(frozen=True)
class Hidden:
    """What is not shown of an indicator.

    `areas` are hidden by a length of period. `few` are the unsettled months in which
    the force has too few people. `children` has the areas below each parent.
    """

    areas: dict[str, frozenset[str]] = field(default_factory=dict)
    few: frozenset[date] = frozenset()
    children: dict[str, list[str]] = field(default_factory=dict)

    def has(self, area: str, by: str, period: Period) -> bool:
        """Return whether an area is not shown in a settled period."""
        return area in self.areas.get(made_of(by, period), ())

    def has_unsettled(self, area: str, period: Period) -> bool:
        """Return whether an area is not shown in a period that has not settled.

        The force is, where each of the period's months could be shown.
        """
        if area != settings.FORCE or area in self.areas.get("month", ()):
            return True
        return any(period[0] <= month <= period[1] for month in self.few)

    def has_within(self, area: str, by: str) -> bool:
        """Return whether an area, or one below it, is not shown by a length."""
        below = self.children.get(area, ())
        return area in self.areas.get(by, ()) or any(
            self.has_within(child, by) for child in below
        )


def made_of(by: str, period: Period) -> str:
    """Return the longest length of which a period is made: twelve months may be years.

    Windows that share months would reveal, by their difference, the months that they
    do not share.
    """
    if by != "rolling12":
        return by
    end = period[1]
    ends = (length for length in LONGEST_FIRST if periods.of_day(end, length)[1] == end)
    return next(ends)


def protect(
    measures: list[Measure],
    tree: Tree,
    calendars: dict[str, list[slice]],
    months: pd.DatetimeIndex,
) -> Hidden:
    """Return what is not shown.

    `calendars` holds the settled periods of each length as slices of the measures'
    months, and `months` are their first days.
    """
    areas = hidden(measures, tree, calendars)
    few = _few(measures, months, calendars["month"])
    return Hidden(areas, few, tree.children)


def _few(
    measures: list[Measure], months: pd.DatetimeIndex, settled: list[slice]
) -> frozenset[date]:
    """Return the months that have not settled and are of too few people everywhere."""
    each = [slice(place, place + 1) for place in range(len(months))]
    is_few = np.zeros(len(months), dtype=bool)
    for measure in measures:
        people = measure.by(each).of(measure.people.index)
        is_few |= (people != 0) & (people < measure.least)
    is_few[[span.start for span in settled]] = False
    return frozenset(months[is_few].date)


def hidden(
    measures: list[Measure], tree: Tree, calendars: dict[str, list[slice]]
) -> dict[str, frozenset[str]]:
    """Return, by length of period, the areas that are not shown by it.

    `calendars` holds the settled periods of each length as slices of the measures'
    months.
    """
    result: dict[str, frozenset[str]] = {}
    before: set[str] = set()
    for length in LONGEST_FIRST:
        if length not in calendars:
            continue
        counted = [measure.by(calendars[length]) for measure in measures]
        own = before | {
            area
            for area, codes in tree.codes.items()
            if not all(people.is_enough(codes) for people in counted)
        }
        for parent in tree.children:
            _hide_partners(parent, own, counted, tree)
        for parent in reversed(tree.children):
            if parent in own:
                own |= set(tree.children[parent])
        result[length] = frozenset(own)
        before = own
    return result


def _hide_partners(
    parent: str, own: set[str], counted: list[Counted], tree: Tree
) -> None:
    """Hide more children until the parent minus its shown children is not one child.

    The smallest are hidden first. If all are hidden and that is not enough, the parent
    is hidden too.
    """
    children = tree.children[parent]
    sizes = {child: counted[0].of(tree.codes[child]).sum() for child in children}
    shown = sorted((c for c in children if c not in own), key=lambda c: (sizes[c], c))
    while parent not in own and not _is_mixed(parent, own, counted, tree):
        own.add(shown.pop(0) if shown else parent)


def _is_mixed(parent: str, own: set[str], counted: list[Counted], tree: Tree) -> bool:
    """Return whether the hidden rest of a parent is empty, or enough people of several.

    Several children: one alone could be worked out by subtraction. What a parent has
    and none of its children is never shown, and could be worked out likewise.
    """
    out = [child for child in tree.children[parent] if child in own]
    of_children = {
        code for child in tree.children[parent] for code in tree.codes[child]
    }
    rest = [code for code in tree.codes[parent] if code not in of_children]
    groups = [*(tree.codes[child] for child in out), rest]
    together = [code for group in groups for code in group]
    if not all(people.is_enough(together) for people in counted):
        return False
    if not out:
        return True
    present = np.sum([counted[0].of(group) > 0 for group in groups], axis=0)
    return bool((present != 1).all())
