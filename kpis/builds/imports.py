"""The imports that a build is made of, as the build and its readers see them."""

from dataclasses import dataclass
from datetime import date

from kpis.periods import Period


@dataclass(frozen=True)
class Import:
    """An import that counts: what it holds, and which days and areas it covers.

    `extracted_at` is the local day on which the export was made. `covers_from` and
    `covers_to` are None where it covers no days (published figures). `areas` are the
    areas that it covers, None for the whole force. `columns` are those that it has.
    """

    import_id: str
    source: str
    file: str
    extracted_at: date
    covers_from: date | None
    covers_to: date | None
    areas: frozenset[str] | None
    columns: frozenset[str]

    @property
    def days(self) -> Period | None:
        """Return the first and last day that it covers, or None."""
        if self.covers_from is None or self.covers_to is None:
            return None
        return self.covers_from, self.covers_to
