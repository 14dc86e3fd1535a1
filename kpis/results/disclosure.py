"""Whom a small cell would betray, and which cells are not shown so that none does.

A figure of few people is hidden, and so is every figure from which it could be worked
out: by taking shown siblings from a total (complementary suppression), by taking a
shorter period from a longer one, or by adding short periods up. The rule is the same
for all periods of one length, so that no two of them can be set against each other:
an area is shown by a length when each of its settled periods has enough people, and
not at all by that length otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Not published: the inspectors and the Authority gave none. Ten respondents is a usual
# rule of survey offices; five staff and twenty full-time posts are this product's.
LEAST = {
    "respondents": 10,
    "staff": 5,
    "people": 5,
    "sickness": 20,
}
# What is hidden by one is hidden by all that follow: they add up to it.
LONGEST_FIRST = ("year", "rolling12", "quarter", "month")


@dataclass(frozen=True)
class Measure:
    """People by code (index) and month (columns): how many make a cell.

    `is_stock` says that a period has the mean of its months, such as posts filled, and
    not their sum, such as answers. None at all betrays nobody.
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
        # parts of posts do not add up exactly; a millionth of one decides nothing
        return self.people[rows].sum(axis=0).round(6)

    def is_enough(self, codes: Iterable[str]) -> bool:
        """Return whether each period has enough people, or none."""
        people = self.of(codes)
        return bool(((people == 0) | (people >= self.least)).all())


@dataclass(frozen=True)
class Tree:
    """The areas of an indicator: the codes that add up to each, and what is below it.

    `children` has the areas below each parent, parents of parents last. Codes of a
    parent that no child has (not located, say) are never shown apart.
    """

    codes: dict[str, list[str]]
    children: dict[str, list[str]]


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
        counted = [one.by(calendars[length]) for one in measures]
        own = before | {
            area
            for area, codes in tree.codes.items()
            if not all(one.is_enough(codes) for one in counted)
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
    """Hide more children until what is left of the parent is no single one's.

    The smallest go first. If all are hidden and it is still one's own, so is the
    parent.
    """
    children = tree.children[parent]
    sizes = {child: counted[0].of(tree.codes[child]).sum() for child in children}
    shown = sorted((c for c in children if c not in own), key=lambda c: (sizes[c], c))
    while parent not in own and not _is_mixed(parent, own, counted, tree):
        own.add(shown.pop(0) if shown else parent)


def _is_mixed(parent: str, own: set[str], counted: list[Counted], tree: Tree) -> bool:
    """Return whether what is not shown of a parent is nothing, or enough of several."""
    away = [child for child in tree.children[parent] if child in own]
    if not away:
        return True
    of_children = {
        code for child in tree.children[parent] for code in tree.codes[child]
    }
    rest = [code for code in tree.codes[parent] if code not in of_children]
    groups = [*(tree.codes[child] for child in away), rest]
    together = [code for group in groups for code in group]
    if not all(one.is_enough(together) for one in counted):
        return False
    present = sum((counted[0].of(group) > 0).astype(int) for group in groups)
    return bool((present != 1).all())
