"""Breaks of a series: days from which its figures measure something else.

A survey's scale, a standard, a borough's control room: figures from both sides of such
a day are not compared, and no line joins them.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kpis import formatting, periods, settings
from kpis.context.marks import Mark
from kpis.definitions import contracts
from kpis.periods import Period

# what follows is about the time before, or explains
_ASIDE = re.compile(r" in place of |[;:] | \(")
# in letters, above a chart
LONGEST_NAME = 48
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Series:
    """Which series is meant: its indicator, sources, standard and area.

    `kpis` are the indicator and those that it is made of. `line` is given for a borough
    whose figure is that of the site that serves it: the line of calls that the
    indicator counts, "" for all.
    """

    kpis: frozenset[str]
    sources: frozenset[str]
    standard: str
    area: str
    line: str | None = None


@dataclass(frozen=True)
class Break:
    """From `day` on the series measures something else.

    The change came on `earliest` or later; both are the same where the day is known.
    `is_joinable` says that a line may still join both sides. `is_of_site` says that the
    figure is then another site's: already that of the period in which the day lies.
    """

    day: date
    reason: str
    is_joinable: bool
    source: str
    earliest: date
    is_of_site: bool = False

    @property
    def has_known_day(self) -> bool:
        """Whether the day of the change is known."""
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
    breaks = {
        *_noted(series, noted),
        *_of_standard(series, standards),
        *_moves(series, served),
    }
    return sorted(breaks, key=lambda each: (each.day, each.reason))


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
    found = []
    for day in _days_of_change(own):
        before, now = _in_force(own, day - DAY), _in_force(own, day)
        if before and now and before[0] != now[0]:
            reason = f"Standard of {_length(now[0])} in place of {_length(before[0])}"
            found.append(Break(day, reason, False, now[1] or "", day))
    return found


def days_of_change(
    name: str, area: str, rows: Iterable[tuple], period: Period
) -> list[date]:
    """Return the days of a period on which an area's standard may have changed."""
    days = _days_of_change(_own_standards(name, area, rows))
    return [day for day in days if period[0] <= day <= period[1]]


def _days_of_change(standards: list[tuple]) -> set[date]:
    firsts = {first for _, first, *_ in standards}
    return firsts | {
        last + DAY for _, _, last, *_ in standards if last < periods.LAST_DAY
    }


def standard_on(name: str, area: str, rows: Iterable[tuple], day: date) -> int | None:
    """Return a day's standard in seconds, the area's own or the force's, or None."""
    in_force = _in_force(_own_standards(name, area, rows), day)
    return in_force[0] if in_force else None


def _own_standards(name: str, area: str, rows: Iterable[tuple]) -> list[tuple]:
    """Return is_own, first day, last day, seconds and source of each standard."""
    return [
        (of == area, first, last, seconds, source)
        for applies_to, of, seconds, first, last, source in rows
        if applies_to == name and of in (settings.FORCE, area)
    ]


def _in_force(standards: list[tuple], day: date) -> tuple[int, str] | None:
    """Return seconds and source of a day's standard: the area's own, or the force's."""
    of_day = [row for row in standards if row[1] <= day <= row[2]]
    return max(of_day, key=lambda row: row[0])[3:] if of_day else None


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{seconds} seconds" if rest or minutes < 2 else f"{minutes} minutes"


def _moves(series: Series, rows: Iterable[tuple]) -> list[Break]:
    """Return when a borough's calls and control room moved to another site.

    For most boroughs it is only known between which days.
    """
    is_of_site = series.line is not None
    in_control_room = contracts.that_say("moves_with_control_room")
    if not is_of_site and not series.sources & in_control_room:
        return []
    own = [
        row[1:]
        for row in rows
        if row[0] == series.area and (not is_of_site or row[1] in (None, series.line))
    ]
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
            earliest = last + DAY
            moved = Break(first, reason, False, source or "", earliest, is_of_site)
            found.append(moved)
    return found


def drawn_from(day: date, by: str) -> tuple[date, str]:
    """Return the first day of the first whole period on or after a day, and words.

    The words say that the break is drawn later than it came; "" where it is not.
    """
    length = "month" if by == "rolling12" else by
    first, last = periods.of_day(day, length)
    start = first if first == day else last + DAY
    if by == "rolling12":
        # a chart names twelve months by their last one
        period = formatting.period(start, by)
        words = f"Drawn from the {period}, the first that lie wholly after the change."
        return start, words
    if first == day:
        return day, ""
    article = "the " if by in ("week", "year") else ""
    period = formatting.period(start, by)
    return (
        start,
        f"Drawn from {article}{period}, the first whole {formatting.LENGTH_WORDS[by]}.",
    )


def _drawn(each: Break, by: str) -> tuple[date, str]:
    """Return from where a break is drawn, and words as `drawn_from` does."""
    if not each.is_of_site:
        return drawn_from(each.day, by)
    start = periods.of_day(each.day, by)[0]
    if start == each.day:
        return start, ""
    period = formatting.period(start, by)
    return start, f"Drawn from {period}, already a figure of the new site."


def why_not_comparable(breaks: Iterable[Break], one: Period, other: Period) -> str:
    """Return why two periods are not compared, or "".

    They are not if a break that is not joinable lies between them or inside one.
    """
    earlier, later = sorted((one, other))
    reasons = [
        _why_not(each)
        for each in breaks
        if not each.is_joinable and each.day > earlier[0] and each.earliest <= later[1]
    ]
    return " ".join(reasons)


def _why_not(each: Break) -> str:
    if each.has_known_day:
        return f"Not comparable across {formatting.day(each.day)}: {each.reason}."
    return f"May not be comparable: {each.reason}, {_between(each)}."


def marks(breaks: Iterable[Break], starts: Collection[date], by: str) -> list[Mark]:
    """Return the breaks that fall between the periods of a chart, as it draws them.

    `starts` are the first days of its periods.
    """
    return [
        Mark(start, _name(each), in_words(each), each.has_known_day)
        for each in breaks
        for start in [_drawn(each, by)[0]]
        if start in starts and start > min(starts)
    ]


def notes(breaks: Iterable[Break], shown: Sequence[Period], by: str) -> list[str]:
    """Return a note on each break that falls into the periods of a chart.

    Also on one that is not drawn: inside the last period, or on an unknown day.
    """
    starts = {first for first, _ in shown[1:]}
    found = []
    for each in breaks:
        if each.day <= shown[0][0] or each.earliest > shown[-1][1]:
            continue
        start, drawn_elsewhere = _drawn(each, by)
        sentences = [
            in_words(each),
            "" if each.is_joinable else "Figures before and after are not compared.",
            drawn_elsewhere if start in starts else "",
            f"Source: {each.source}." if each.source else "",
        ]
        found.append(" ".join(filter(None, sentences)))
    return found


def in_words(each: Break) -> str:
    """Return a break as a chart names it: "1 April 2000: Five answers ..."."""
    when = formatting.day(each.day) if each.has_known_day else _between(each)
    return f"{formatting.capital(when)}: {each.reason}."


def _name(each: Break) -> str:
    """Return what changed in a few words: its reason up to what was there before."""
    name = _ASIDE.split(each.reason, maxsplit=1)[0]
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME].rpartition(' ')[0]} …"
    return name if each.has_known_day else f"{name}, by then"


def _between(each: Break) -> str:
    first, last = formatting.day(each.earliest), formatting.day(each.day)
    return f"between {first} and {last}, day not published"
