"""Published figures to show next to ours: of other forces, and of earlier years.

They are never part of a series: their definition may differ, and what was printed need
not follow from the counts printed with it.
"""

from dataclasses import dataclass
from datetime import date

from kpis import formatting

# floating-point error, beyond half of the last digit printed
ROUNDING_ERROR = 1e-9


@dataclass(frozen=True)
class Comparator:
    """One published figure; `printed` in natural units, None where none is published.

    `n` is the number of cases behind it, `printed_value` what was printed with
    numerator and denominator, if these were. `definition` says where it differs from
    ours.
    """

    kpi: str
    force: str
    period_start: date | None
    period_end: date | None
    printed: float | None
    n: int | None
    numerator: float | None
    denominator: float | None
    printed_value: str | None
    definition: str | None
    source: str

    @property
    def counts(self) -> tuple[float, float] | None:
        """Return numerator and denominator, if they were printed."""
        if self.numerator is None or self.denominator is None:
            return None
        return self.numerator, self.denominator

    @property
    def value(self) -> float | None:
        """Return what the printed counts give, or the printed figure."""
        if self.counts is None:
            return self.printed
        numerator, denominator = self.counts
        return numerator / denominator

    @property
    def note(self) -> str:
        """Say that the printed figure does not follow from its counts, or return ""."""
        if self.counts is None or not self.printed_value:
            return ""
        numerator, denominator = self.counts
        if reconciles(numerator, denominator, self.printed_value):
            return ""
        digits = _digits(self.printed_value)
        given = f"{numerator / denominator * _scale(self.printed_value):.{digits}f}"
        sign = " %" if self.printed_value.endswith("%") else ""
        return (
            f"{_counts_in_words(self)} is {given}{sign}, "
            f"printed as {self.printed_value}."
        )


def reconciles(numerator: float, denominator: float, printed: str) -> bool:
    """Whether a printed figure, such as "3.5 %", follows from the counts next to it.

    It does if it is the quotient to as many digits as were printed, with a half rounded
    either way.
    """
    exact = numerator / denominator * _scale(printed)
    half = 0.5 * 10 ** -_digits(printed)
    return abs(exact - _number(printed)) <= half + ROUNDING_ERROR


def period_in_words(comparator: Comparator) -> str:
    """Return the days that a published figure is for: "June 2017", or ""."""
    if comparator.period_start and comparator.period_end:
        return formatting.span(comparator.period_start, comparator.period_end)
    return ""


def figure_in_words(comparator: Comparator, unit: str) -> str:
    """Return the figure as it was printed, or with the digits its counts support."""
    if comparator.value is None:
        return "no figure published"
    if comparator.counts is None:
        return formatting.exact(comparator.value, unit)
    _, denominator = comparator.counts
    figure = formatting.figure(comparator.value, unit, denominator)
    return formatting.with_unit(figure, unit)


def remarks(comparator: Comparator) -> str:
    """Return how a figure is defined, its cases, and a misprint if there is one."""
    cases = "" if comparator.n is None else f"{formatting.count(comparator.n)} cases"
    counts = comparator.note or _counts_in_words(comparator)
    said = [comparator.definition, cases, counts]
    return " ".join(
        f"{formatting.capital(text.removesuffix('.'))}." for text in said if text
    )


def _counts_in_words(comparator: Comparator) -> str:
    if comparator.counts is None:
        return ""
    numerator, denominator = comparator.counts
    return f"{formatting.count(numerator)} of {formatting.count(denominator)}"


def _scale(printed: str) -> int:
    return 100 if printed.endswith("%") else 1


def _digits(printed: str) -> int:
    return len(printed.removesuffix("%").strip().partition(".")[2])


def _number(printed: str) -> float:
    return float(printed.removesuffix("%"))
