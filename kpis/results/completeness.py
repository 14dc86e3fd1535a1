"""What is missing from a figure, and so what may be said of it.

Nothing is missing: the figure stands. Little: it stands with a caveat, and where rows
are counted, with the bounds between which the complete figure lies. Much, or amounts
that could not be read: it cannot be trusted. All thresholds stand here. They are our
own: no inspector or statistician published any for such returns.
"""

from dataclasses import dataclass

import pandas as pd

from kpis import formatting
from kpis.definitions import Kpi
from kpis.results.missing_rows import Missing

# A twentieth. Rows are seldom lost by chance: what a system writes wrongly is mostly of
# one kind. A twentieth of the cases, all of one kind, moves a share by up to five
# points, as much as most changes that a chart is to show.
MOST_LOST = 0.05
# An amount that could not be read may be larger than all others, so any is too many.
# One that may belong elsewhere: a hundredth of the rows.
MOST_AMOUNTS_ASTRAY = 0.01
OF_PEOPLE = "Rows of its exports could not be read, or not in full."


@dataclass(frozen=True)
class Completeness:
    """What is missing from a figure in words, and the bounds that it leaves.

    `not_reliable` says why the figure cannot be trusted, `caveat` what to know of one
    that can; both are "" where nothing is missing. The complete figure lies between
    `least` and `most`, None where no bounds can be given.
    """

    missing: Missing
    not_reliable: str = ""
    caveat: str = ""
    least: float | None = None
    most: float | None = None


COMPLETE = Completeness(Missing())


def of_figure(
    kpi: Kpi, missing: Missing, n: float, numerator: float, denominator: float
) -> Completeness:
    """Return what may be said of a figure from what is missing.

    `numerator` and `denominator` are its sums, in units; NaN where it has none.
    """
    if not missing:
        return Completeness(missing) if missing.filtered else COMPLETE
    # the number of rows about people could reveal how many people there are
    says = OF_PEOPLE if kpi.disclosure.is_needed else in_words(missing)
    if is_too_much(kpi, missing):
        return Completeness(missing, not_reliable=says)
    bounds = _bounds(kpi, missing, n, numerator, denominator)
    if bounds is None:
        return Completeness(missing, caveat=says)
    between = formatting.between(*bounds, kpi.measure.unit)
    says += f" With all rows it would be {between}."
    return Completeness(missing, caveat=says, least=bounds[0], most=bounds[1])


def is_too_much(kpi: Kpi, missing: Missing) -> bool:
    """Return whether so much is missing that a figure cannot be trusted."""
    if missing.share > MOST_LOST:
        return True
    if kpi.measure.counts == "cases" or kpi.measure.has_values:
        return False
    is_own = missing.refused + missing.unusable > 0
    return is_own or missing.share > MOST_AMOUNTS_ASTRAY


def in_words(missing: Missing) -> str:
    """Say what is missing."""
    said = []
    lost = missing.refused + missing.astray
    if lost:
        said.append(f"{_of(lost, missing.of)} could not be read.")
    if missing.astray and missing.refused:
        said.append(f"{missing.astray:,} of them may belong to another area or month.")
    elif missing.astray:
        it = "They" if missing.astray > 1 else "It"
        said.append(f"{it} may belong to another area or month.")
    if missing.unusable:
        rows = _of(missing.unusable, missing.rows)
        columns = " or ".join(name.replace("_", " ") for name in missing.columns)
        said.append(
            f"In {rows}, {columns} cannot be used."
            if columns
            else f"{rows} count in an older version."
        )
    return " ".join(said)


def left_out(missing: Missing) -> str:
    """Say what was left out of its exports on purpose, or ""."""
    said = [
        f"{count:,} {reason.replace('_', ' ')}" for reason, count in missing.filtered
    ]
    if not said:
        return ""
    return f"Left out of its exports on purpose, in the whole force: {', '.join(said)}."


def _of(count: int, whole: int) -> str:
    rows = "row" if whole == 1 else "rows"
    return f"{count:,} of {whole:,} {rows} of its exports"


def _bounds(
    kpi: Kpi, missing: Missing, n: float, numerator: float, denominator: float
) -> tuple[float, float] | None:
    """Return the least and most that the complete figure can be.

    Of rows that each count once: a lost row may count in the numerator or not, or not
    at all; a row with an unusable value may count on the other side.
    """
    if kpi.disclosure.is_needed:
        return None
    counts_rows = kpi.measure.counts == "cases" and kpi.measure.base == "rows"
    if not counts_rows or len(kpi.population.needs) != 1 or kpi.population.made_of:
        return None
    if any(map(pd.isna, (n, numerator, denominator))):
        return None
    lost, unusable = missing.refused + missing.astray, missing.unusable
    if kpi.measure.kind == "proportion" and n == denominator and n > 0:
        others = denominator - numerator
        whole = denominator + lost
        return (
            max(numerator - unusable, 0) / whole,
            1 - max(others - unusable, 0) / whole,
        )
    if kpi.measure.kind == "rate" and n == numerator and denominator > 0:
        return (
            max(numerator - unusable, 0) / denominator,
            (numerator + lost + unusable) / denominator,
        )
    return None
