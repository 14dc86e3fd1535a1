"""Rows that a mapping leaves out on purpose, by month: test calls, say.

They are no loss, and yet a reader may want to know how many there are.
"""

from collections.abc import Iterable
from datetime import date

from kpis.builds import Import
from kpis.periods import Period

Filtered = tuple[date, str, int]


def of_imports(imports: Iterable[Import], able: frozenset[str]) -> list[Filtered]:
    """Return month, reason and number of the rows left out of the imports `able`.

    Of exports of a source that overlap, the newest counts. Rows whose month could not
    be read belong to the first that their export covers.
    """
    counted: list[Filtered] = []
    days: dict[str, list[Period]] = {}
    newest_first = sorted(imports, key=lambda one: (one.extracted_at, one.import_id))
    for import_ in reversed(newest_first):
        if import_.import_id not in able or import_.days is None:
            continue
        first, last = import_.days
        known = days.setdefault(import_.source, [])
        if any(begin <= last and end >= first for begin, end in known):
            continue
        known.append(import_.days)
        counted += [
            (date.fromisoformat(f"{month or f'{first:%Y-%m}'}-01"), reason, count)
            for reason, month, count in import_.filtered
        ]
    return counted
