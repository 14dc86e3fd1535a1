"""Published figures to set beside ours: of other forces, and of earlier years.

They stand beside a series and never in it: their definition may differ, and what was
printed need not follow from the counts printed with it.
"""

from dataclasses import dataclass
from datetime import date

from kpis import formatting

# what a figure may be off because it was rounded, beyond half of its last digit
ROUNDING_ERROR = 1e-9


@dataclass(frozen=True)
class Comparator:
    """One published figure; `value` in natural units, None where none is published.

    `n` are the cases behind it, `printed_value` what was printed beside numerator and
    denominator, where these were. `definition` says where it differs from ours.
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
    def has_counts(self) -> bool:
        """Whether the counts were printed from which the value follows."""
        return self.numerator is not None

    @property
    def value(self) -> float | None:
        """Return what the printed counts give, or the printed figure."""
        return self.numerator / self.denominator if self.has_counts else self.printed

    @property
    def note(self) -> str:
        """Say that the printed figure does not follow from its counts, or ""."""
        if not self.has_counts or not self.printed_value:
            return ""
        if reconciles(self.numerator, self.denominator, self.printed_value):
            return ""
        digits = _digits(self.printed_value)
        given = f"{self.value * _scale(self.printed_value):.{digits}f}"
        sign = " %" if self.printed_value.endswith("%") else ""
        return f"{_counts(self)} is {given}{sign}, printed as {self.printed_value}."


def reconciles(numerator: float, denominator: float, printed: str) -> bool:
    """Whether a printed figure, such as "3.5 %", follows from the counts beside it.

    It does where it is the quotient to as many digits as were printed, rounded either
    way at a half.
    """
    exact = numerator / denominator * _scale(printed)
    half = 0.5 * 10 ** -_digits(printed)
    return abs(exact - _number(printed)) <= half + ROUNDING_ERROR


def _scale(printed: str) -> int:
    return 100 if printed.endswith("%") else 1


def _digits(printed: str) -> int:
    return len(printed.removesuffix("%").strip().partition(".")[2])


def _number(printed: str) -> float:
    return float(printed.removesuffix("%"))


def when(one: Comparator) -> str:
    """Return the days that a comparator is of: "June 2017", or ""."""
    if one.period_start and one.period_end:
        return formatting.span(one.period_start, one.period_end)
    return ""


def figure(one: Comparator, unit: str) -> str:
    """Return the figure as it was printed, or with what its counts can carry."""
    if one.value is None:
        return "no figure published"
    if not one.has_counts:
        return formatting.exact(one.value, unit)
    said = formatting.figure(one.value, unit, one.denominator)
    return formatting.with_unit(said, unit)


def remarks(one: Comparator) -> str:
    """Return what to know of a figure: how it is defined, the cases, the misprint."""
    cases = "" if one.n is None else f"{formatting.count(one.n)} cases"
    said = [one.definition, cases, one.note or _counts(one)]
    whole = [text.removesuffix(".") for text in said if text]
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in whole)


def _counts(one: Comparator) -> str:
    if not one.has_counts:
        return ""
    return f"{formatting.count(one.numerator)} of {formatting.count(one.denominator)}"
