"""How waits and response times are spread: what one figure leaves out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpis import formatting, warehouse
from kpis.context import breaks
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.periods import Period
from kpis.results import Build, cells

# seconds: widths of a class in which a reader can count
WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
MOST_CLASSES = 30
# the last class holds the longest waits: those beyond this share of all, or beyond so
# many times the standard, or the median
DRAWN, MOST_TIMES = 0.97, 5


@dataclass(frozen=True)
class Waits:
    """Counted waits of one figure, in seconds.

    `values` are sorted, `counts` how many waits are of each value or shorter;
    `standard` holds for the whole period, None where there is none.
    """

    values: np.ndarray
    counts: np.ndarray
    standard: int | None

    @property
    def n(self) -> int:
        """Return how many waits there are."""
        return int(self.counts[-1])

    def quantile(self, quantile: float) -> float:
        """Return the wait within which this share of all waits lies."""
        return cells.at_quantile(self.values, self.counts, quantile)

    def share_within(self, seconds: float) -> float:
        """Return the share of waits that were not longer than this."""
        place = np.searchsorted(self.values, seconds, side="right")
        return float(self.counts[place - 1] / self.n) if place else 0.0


def of_cell(build: Build, kpi_id: str, area: str, period: Period) -> Waits:
    """Return the waits behind a figure; UserError where it has none of its own."""
    kpi = build.kpis[kpi_id]
    if not kpi.measure.has_values:
        raise UserError(f"'{kpi.wording.title}' does not measure single waits.")
    codes = [code for _, code in build.places.members([area])]
    counted = build.warehouse.query(
        warehouse.text("results/value_counts"), [kpi_id, *period, area, codes]
    )
    if counted.empty:
        raise UserError(f"{build.names[area]} has no waits in this period.")
    return Waits(
        counted["value"].to_numpy(),
        counted["frequency"].cumsum().to_numpy(),
        standard(build, kpi, area, period),
    )


def standard(build: Build, kpi: Kpi, area: str, period: Period) -> int | None:
    """Return the standard in seconds, None where there is none or it changed.

    It is the indicator's own, or that of the share in target that it is read with.
    """
    named = [
        kpi.population.standard,
        *(build.kpis[other].population.standard for other in kpi.wording.read_with),
    ]
    name = next(filter(None, named), "")
    rows = build.table("standard_changes")
    days = {*period, *breaks.days_of_change(name, area, rows, period)}
    in_force = {breaks.standard_on(name, area, rows, day) for day in days}
    return in_force.pop() if len(in_force) == 1 else None


def classes(waits: Waits) -> pd.DataFrame:
    """Return the waits in even classes: start, end, n, share; the last has no end.

    A wait is in the class with start < wait <= end, so one of exactly the standard is
    on its good side; waits of no time at all are in the first class.
    """
    usual = max(waits.quantile(0.5), waits.standard or 0, 1)
    longest = np.clip(waits.quantile(DRAWN), usual, MOST_TIMES * usual)
    # a class with waits on both sides of the standard would have neither colour
    possible = [width for width in WIDTHS if (waits.standard or 0) % width == 0]
    fits = [width for width in possible if longest / width <= MOST_CLASSES]
    width = fits[0] if fits else possible[-1]
    ends = np.arange(1, np.ceil(longest / width) + 1) * width
    within = np.array([waits.share_within(end) * waits.n for end in ends])
    n = np.diff(np.round(within).astype(int), prepend=0, append=waits.n)
    starts = np.concatenate([[0], ends])
    classes = pd.DataFrame({"start": starts, "end": [*ends, np.nan], "n": n})
    return classes.assign(share=classes["n"] / waits.n)


def in_words(waits: Waits, kpi: Kpi) -> str:
    """Say how long half, nine in ten, and those beyond the standard waited."""
    half, nine = (
        formatting.figure(waits.quantile(q), kpi.measure.unit) for q in (0.5, 0.9)
    )
    said = [f"Half waited {half} or less, nine in ten {nine} or less."]
    if waits.standard is not None:
        beyond = 1 - waits.share_within(waits.standard)
        length = formatting.figure(waits.standard, kpi.measure.unit)
        share = formatting.figure(beyond, "percent", waits.n)
        said.append(f"{share} waited longer than the standard of {length}.")
    return " ".join(said)
