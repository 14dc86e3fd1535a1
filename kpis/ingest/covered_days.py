"""Which days a file covers: those that someone says, or the periods of its rows."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kpis import periods, settings
from kpis.errors import UserError
from kpis.periods import Period


def refuse_days_to_come(
    name: str, covers: Period | None, stands_for: str, extracted_at: datetime
) -> None:
    """Raise UserError where a file is said to cover days after it was made.

    A return for a month or a year, as `stands_for` says, may be made before its end,
    and still covers all of it.
    """
    if covers is None:
        return
    last = _day_before(extracted_at)
    if stands_for != "day":
        last = periods.of_day(_local(extracted_at).date(), stands_for)[1]
    if covers[1] > last:
        raise UserError(
            f"{name}: it cannot cover {covers[0]} to {covers[1]}, because it was made "
            f"at {_local(extracted_at):%Y-%m-%d %H:%M}: the last day that it can cover "
            f"is {last}. Correct what it covers (--covers) or when it was made "
            "(--extracted-at)."
        )


def of_rows(
    first: date, last: date, stands_for: str, extracted_at: datetime
) -> Period | None:
    """Return what a file covers when no one says it: the months of its rows.

    A yearly return covers financial years. A period that was not over when the file
    was made is covered to the day before; one that had not begun, not at all.
    """
    # an export of single events covers whole months too
    length = "year" if stands_for == "year" else "month"
    start = periods.of_day(first, length)[0]
    end = min(periods.of_day(last, length)[1], _day_before(extracted_at))
    return (start, end) if start <= end else None


def _day_before(extracted_at: datetime) -> date:
    return (_local(extracted_at) - timedelta(days=1)).date()


def _local(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(settings.TIME_ZONE))
