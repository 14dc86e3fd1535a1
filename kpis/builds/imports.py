"""The imports that a build is made of, as the build and its readers see them."""

from dataclasses import dataclass
from datetime import date, timedelta

from kpis.periods import Period

DAY = timedelta(days=1)
EVERYWHERE = ""


@dataclass(frozen=True)
class Import:
    """An import that counts: what it holds, and which days and areas it covers.

    `extracted_at` is the local day on which the export was made. `covers_from` and
    `covers_to` are None where it covers no days (published figures). `areas` are the
    areas that it covers, None for the whole force. `columns` are those that it has.
    `holes` are the days for which it holds hardly a row: area or "" for all, first and
    last day. `filtered` has reason, month ("" if unknown) and number of the rows that
    its mapping leaves out.
    """

    import_id: str
    source: str
    file: str
    extracted_at: date
    covers_from: date | None
    covers_to: date | None
    areas: frozenset[str] | None
    columns: frozenset[str]
    holes: tuple[tuple[str, date, date], ...] = ()
    filtered: tuple[tuple[str, str, int], ...] = ()

    @property
    def days(self) -> Period | None:
        """Return the first and last day that it covers, or None."""
        if self.covers_from is None or self.covers_to is None:
            return None
        return self.covers_from, self.covers_to

    @property
    def spans(self) -> list[Period]:
        """Return the days that it covers, without those that look empty everywhere."""
        return [
            (first, last)
            for first, last, lacking in self.parts
            if EVERYWHERE not in lacking
        ]

    @property
    def parts(self) -> list[tuple[date, date, frozenset[str]]]:
        """Return the days that it covers, cut where holes begin and end.

        Each part names the areas that have a hole then.
        """
        if self.days is None:
            return []
        first, last = self.days
        cuts = {first, last + DAY}
        for _, begins, ends in self.holes:
            cuts |= {day for day in (begins, ends + DAY) if first < day <= last}
        days = sorted(cuts)
        return [
            (
                start,
                stop - DAY,
                frozenset(
                    area for area, begins, ends in self.holes if begins <= start <= ends
                ),
            )
            for start, stop in zip(days, days[1:], strict=False)
        ]
