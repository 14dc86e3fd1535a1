"""Which days a file covers: as it was told, or the periods of its rows."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kpis import periods, settings
from kpis.errors import UserError
from kpis.ingest.job import Job

Span = tuple[date, date]


def refuse_days_to_come(job: Job) -> None:
    """Raise UserError where a file is said to cover days after it was made.

    A return for a month or a year may be made before its end, and still stands for
    all of it.
    """
    if job.covers is None:
        return
    last = _day_before(job.extracted_at)
    if job.contract.stands_for != "day":
        made_on = _local(job.extracted_at).date()
        last = periods.of_day(made_on, job.contract.stands_for)[1]
    if job.covers[1] > last:
        raise UserError(
            f"{job.name}: it cannot cover {job.covers[0]} to {job.covers[1]}, because "
            f"it was made at {_local(job.extracted_at):%Y-%m-%d %H:%M}: the last day "
            f"that it can cover is {last}. Correct what it covers (--covers) or when "
            "it was made (--extracted-at)."
        )


def of_rows(first: date, last: date, job: Job) -> Span | None:
    """Return what a file covers that does not say so: the months of its rows.

    A yearly return covers financial years. A period that was not over when the file
    was made is covered to the day before; one that had not begun, not at all.
    """
    # an export of single events is one of whole months too
    length = "year" if job.contract.stands_for == "year" else "month"
    start = periods.of_day(first, length)[0]
    end = min(periods.of_day(last, length)[1], _day_before(job.extracted_at))
    return (start, end) if start <= end else None


def _day_before(extracted_at: datetime) -> date:
    return (_local(extracted_at) - timedelta(days=1)).date()


def _local(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(settings.TIME_ZONE))
