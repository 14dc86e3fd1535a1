"""Breaks of a series: days from which its figures are another measure than before.

A survey's scale, a standard, the control room of a borough: across such a day two
figures are not set against each other, and one line does not join them.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpis import formatting, periods, settings
from kpis.context.marks import Mark
from kpis.definitions import contracts
from kpis.periods import Period

# what follows tells of the time before, or explains
_ASIDE = re.compile(r" in place of |[;:] | \(")
# letters of a name above a chart
LONGEST_NAME = 48
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Series:
    """Which series is meant: an indicator, its sources, its standard, and the area.

    `kpis` are the indicator and those that it is made of.
    """

    kpis: frozenset[str]
    sources: frozenset[str]
    standard: str
    area: str


@dataclass(frozen=True)
class Break:
    """From `day` on the series is another; the change came on `earliest` or after.

    Both are the same where the day is known. `is_joinable` says that one line may
    still join both sides.
    """

    day: date
    reason: str
    is_joinable: bool
    source: str
    earliest: date

    @property
    def has_known_day(self) -> bool:
        """Whether it is known on which day it came."""
        return self.earliest == self.day


def of_series(
    series: Series,
    noted: Iterable[tuple],
    standards: Iterable[tuple],
    served: Iterable[tuple],
) -> list[Break]:
    """Return the breaks of a series, in order.

    `noted` are rows of series_break: kpi_id, export, bocu_code, valid_from, reason,
    joinable, source. `standards`: applies_to, area, seconds, valid_from, valid_to,
    source. `served` are the sites that answered a borough's calls: bocu_code, line or
    None, name of the site, valid_from, valid_to, source.
    """
    found = [
        *_noted(series, noted),
        *_of_standard(series, standards),
        *_moves(series, served),
    ]
    return sorted(set(found), key=lambda one: (one.day, one.reason))


def _noted(series: Series, rows: Iterable[tuple]) -> list[Break]:
    found = []
    for kpi_id, export, bocu, day, reason, is_joinable, source in rows:
        is_meant = kpi_id in series.kpis or (
            kpi_id == "*" and (not export or export in series.sources)
        )
        if is_meant and bocu in (None, series.area):
            found.append(Break(day, reason, is_joinable, source or "", day))
    return found


def _of_standard(series: Series, rows: Iterable[tuple]) -> list[Break]:
    """Return the days on which another standard came into force in the area."""
    own = _own_standards(series.standard, series.area, rows)
    days = {first for _, first, *_ in own}
    days |= {last + DAY for _, _, last, *_ in own if last < periods.LAST_DAY}
    found = []
    for day in days:
        before, now = (_in_force(own, one) for one in (day - DAY, day))
        if before and now and before[0] != now[0]:
            reason = f"Standard of {_length(now[0])} in place of {_length(before[0])}"
            found.append(Break(day, reason, False, now[1] or "", day))
    return found


def standard_on(name: str, area: str, rows: Iterable[tuple], day: date) -> int | None:
    """Return a day's standard in seconds, the area's own or the force's, or None."""
    held = _in_force(_own_standards(name, area, rows), day)
    return held[0] if held else None


def _own_standards(name: str, area: str, rows: Iterable[tuple]) -> list[tuple]:
    return [
        (one == area, first, last, seconds, source)
        for applies_to, one, seconds, first, last, source in rows
        if applies_to == name and one in (settings.FORCE, area)
    ]


def _in_force(own: list[tuple], day: date) -> tuple[int, str] | None:
    """Return seconds and source of a day's standard: the area's own, or the force's."""
    held = [one for one in own if one[1] <= day <= one[2]]
    return max(held, key=lambda one: one[0])[3:] if held else None


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{seconds} seconds" if rest or minutes < 2 else f"{minutes} minutes"


def _moves(series: Series, rows: Iterable[tuple]) -> list[Break]:
    """Return when a borough's calls and control room moved to another site.

    Of most boroughs it is only known between which days.
    """
    if not series.sources & contracts.that_say("moves_with_control_room"):
        return []
    own = [row[1:] for row in rows if row[0] == series.area]
    found = []
    for line, name, first, _, source in own:
        before = [
            (other_last, other_name)
            for other_line, other_name, _, other_last, _ in own
            if other_last < first and (line is None or other_line in (None, line))
        ]
        if before and max(before)[1] != name:
            last = max(before)[0]
            reason = f"Calls and control room moved to {name}"
            found.append(Break(first, reason, False, source or "", last + DAY))
    return found


def snapped(day: date, by: str) -> tuple[date, str]:
    """Return the first day of the first whole period on or after a day, and words.

    The words say that the line is drawn later than the break; "" where it is not.
    """
    length = "month" if by == "rolling12" else by
    first, last = periods.of_day(day, length)
    start = first if first == day else last + DAY
    drawn = formatting.period(start, by)
    if by == "rolling12":
        # a chart names twelve months by their last one
        why = f"the {drawn}, the first that lie wholly after it"
    elif first == day:
        return day, ""
    else:
        whole = {"year": "financial year"}.get(by, by)
        why = f"{drawn}, the first whole {whole}"
    return start, f"The change of {_day(day)} is drawn from {why}."


def comparable(found: Iterable[Break], one: Period, other: Period) -> str:
    """Return why two periods are not set against each other, or "".

    They are not where a break that is not joinable lies between them or inside one.
    """
    earlier, later = sorted((one, other))
    said = [
        _why(each)
        for each in found
        if not each.is_joinable and each.day > earlier[0] and each.earliest <= later[1]
    ]
    return " ".join(said)


def _why(one: Break) -> str:
    """Say what changed, and when; that the day is not known where it is not."""
    if one.has_known_day:
        return f"Not comparable across {_day(one.day)}: {one.reason}."
    return (
        f"May not be comparable: {one.reason}, on a day from {_day(one.earliest)} to "
        f"{_day(one.day)} that is not published."
    )


def marks(found: Iterable[Break], starts: Collection[date], by: str) -> list[Mark]:
    """Return the breaks that fall between the periods of a chart, as it draws them.

    `starts` are the first days of its periods.
    """
    return [
        Mark(start, _name(one), in_words(one), one.has_known_day)
        for one in found
        for start in [snapped(one.day, by)[0]]
        if start in starts and start > min(starts)
    ]


def account(found: Iterable[Break], shown: Sequence[Period], by: str) -> list[str]:
    """Return what is to be said of each break that falls into the periods of a chart.

    Also of one that is not drawn: inside the last of them, or on an unknown day.
    """
    drawn_from = {first for first, _ in shown[1:]}
    said = []
    for one in found:
        if one.day <= shown[0][0] or one.earliest > shown[-1][1]:
            continue
        start, later = snapped(one.day, by)
        sentences = [
            in_words(one),
            "" if one.is_joinable else "Figures before and after are not compared.",
            later if start in drawn_from else "",
            f"Source: {one.source}." if one.source else "",
        ]
        said.append(" ".join(filter(None, sentences)))
    return said


def _name(one: Break) -> str:
    """Return what changed in a few words: its reason up to what was there before."""
    name = _ASIDE.split(one.reason, maxsplit=1)[0]
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME].rpartition(' ')[0]} …"
    return name if one.has_known_day else f"{name}, by then"


def in_words(one: Break) -> str:
    """Return a break as a chart names it: "1 April 2000: Five answers ..."."""
    when = _day(one.day)
    if not one.has_known_day:
        when = f"from {_day(one.earliest)} to {when}, day not published"
    return f"{when}: {one.reason}."


def _day(day: date) -> str:
    return formatting.span(day, day)
