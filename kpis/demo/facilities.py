"""The demo force's counters, one-stop desks and mobile stations, and when they open.

No list of them is published. One figure is: about 140 counters (132 to 141 stations
with one in 2003 to 2007, 136 before 2013). All numbers below are assumptions, and the
names are made up.
"""

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import pandas as pd

from kpis import settings
from kpis.demo import parameters
from kpis.demo.chance import generator, happens
from kpis.demo.columns import local
from kpis.demo.demand import Force, Month, clock

COUNTERS = 140
LEAST_COUNTERS = 2
# Visits to a counter a day: a mean of 18, a fifth of the counters under 5, the busiest
# 120. A log-normal with this median and sigma has all three.
VISITS_MEDIAN, VISITS_SIGMA = 11.3, 0.968
ALWAYS_OPEN = 47
MOBILE_STATIONS = 11
STOPS_OF_A_BOROUGH = 3
STEP_FREE_SHARE = 0.6
# the defect of visits by night needs a busy counter that is closed then
CLOSED_AT_NIGHT = "CWC2"
STOP_STARTS, STOP_ENDS = ("10:00", "14:00", "17:00"), ("12:00", "16:00", "19:00")

# first and last hour, and whether the doors open at weekends and on bank holidays
OPENING = {"24h": (0, 24, True), "day": (7, 22, True), "office": (9, 17, False)}
_KINDS = list(OPENING)
_BANK_HOLIDAY = 8
_SOURCE = "synthetic"
# no standard for waits at counters was published: the demo force has set its own
WAIT_STANDARD_SECONDS = 15 * 60


@dataclass(frozen=True)
class Facilities:
    """Counters, the busiest first, then one-stop desks; arrays have one entry each.

    `boroughs` are positions in the force's boroughs, `kinds` positions in OPENING,
    `visits` those a day at scale 1 (0 for desks, which do not log them).
    """

    codes: np.ndarray
    boroughs: np.ndarray
    kinds: np.ndarray
    visits: np.ndarray


def make_facilities(force: Force) -> Facilities:
    """Return the facilities, spread over the boroughs like the calls."""
    rng = generator(force.seed, "facilities")
    boroughs = rng.permutation(_counters_by_borough(force.call_shares))
    levels = NormalDist(np.log(VISITS_MEDIAN), VISITS_SIGMA)
    ranks = 1 - np.arange(1, COUNTERS + 1) / (COUNTERS + 1)
    visits = np.exp([levels.inv_cdf(rank) for rank in ranks])
    kinds = 1 + happens(rng, 0.5, COUNTERS)
    kinds[:ALWAYS_OPEN] = 0
    number = pd.Series(boroughs).groupby(boroughs).cumcount() + 1
    counters = [f"{force.codes[b]}C{n}" for b, n in zip(boroughs, number, strict=True)]
    kinds[counters.index(CLOSED_AT_NIGHT)] = _KINDS.index("day")
    desks = len(force.codes)
    return Facilities(
        codes=np.array([*counters, *(f"{code}D1" for code in force.codes)], object),
        boroughs=np.append(boroughs, np.arange(desks)),
        kinds=np.append(kinds, np.full(desks, _KINDS.index("office"))),
        visits=np.append(visits, np.zeros(desks)),
    )


def open_hours(month: Month) -> np.ndarray:
    """Return whether doors are open, by kind of opening and hour of the month."""
    hour, weekday = clock(month.hours)
    days = local(month.hours) // parameters.DAY
    is_working = (weekday < 5) & ~np.isin(days, _bank_holidays())
    return np.array(
        [
            (hour >= first) & (hour < last) & (is_working | every_day)
            for first, last, every_day in OPENING.values()
        ]
    )


def mobile_stations() -> list[str]:
    """Return the codes of the mobile stations."""
    return [f"MOB{number + 1:02}" for number in range(MOBILE_STATIONS)]


def stops_scheduled(force: Force, month: Month) -> np.ndarray:
    """Return how many stops each mobile station has in a month."""
    _, weekday = clock(month.hours[12::24])
    stops = mobile_table(force)
    in_month = np.bincount(weekday, minlength=7)[stops["weekday"] - 1]
    return pd.Series(in_month).groupby(stops["facility_code"]).sum().to_numpy()


def facility_table(force: Force, places: Facilities) -> pd.DataFrame:
    """Return the reference table `facility`."""
    rng = generator(force.seed, "step_free")
    counts: dict[str, int] = {}
    rows = []
    for code, borough in zip(places.codes, places.boroughs, strict=True):
        is_desk = "D" in code[2:]
        kind = "one_stop_shop" if is_desk else "police_station"
        bocu = force.codes[borough]
        counts[bocu] = counts.get(bocu, 0) + 1
        name = f"{force.names[borough]} {'one-stop desk' if is_desk else 'counter'}"
        name += "" if is_desk else f" {counts[bocu]}"
        step_free = is_desk or rng.random() < STEP_FREE_SHARE
        rows.append((code, kind, name, bocu, not is_desk, step_free))
    for number, code in enumerate(mobile_stations()):
        name = f"Mobile station {number + 1}"
        rows.append(
            (code, "mobile_police_station", name, force.codes[number], False, True)
        )
    columns = ["facility_code", "facility_type", "name", "bocu_code"]
    frame = pd.DataFrame(rows, columns=[*columns, "has_front_counter", "step_free"])
    for name in ("has_front_counter", "step_free"):
        frame[name] = frame[name].map({True: "true", False: "false"})
    return frame.assign(opened="", closed="", source=_SOURCE)


def opening_table(places: Facilities) -> pd.DataFrame:
    """Return the reference table `facility_opening_hours`."""
    rows = []
    for code, kind in zip(places.codes, places.kinds, strict=True):
        first, last, every_day = OPENING[_KINDS[kind]]
        for weekday in range(1, _BANK_HOLIDAY + 1):
            if every_day or weekday <= 5:
                hours = (f"{first:02}:00", f"{last:02}:00")
                rows.append((code, weekday, *hours, "", "", "", _SOURCE))
    columns = ["facility_code", "weekday", "opens", "closes", "note"]
    return pd.DataFrame(rows, columns=[*columns, "valid_from", "valid_to", "source"])


def mobile_table(force: Force) -> pd.DataFrame:
    """Return the reference table `mobile_schedule`: stops of every week."""
    rows = []
    for number, code in enumerate(mobile_stations()):
        for borough in range(number, len(force.codes), MOBILE_STATIONS):
            for stop in range(STOPS_OF_A_BOROUGH):
                name = f"{force.names[borough]} stop {stop + 1}"
                weekday = 1 + (borough // MOBILE_STATIONS + stop) % 5
                times = (STOP_STARTS[stop], STOP_ENDS[stop])
                place = (code, name, force.codes[borough])
                rows.append((*place, weekday, "", *times, "", "", _SOURCE))
    columns = ["facility_code", "stop_name", "bocu_code", "weekday", "week_of_month"]
    columns += ["starts", "ends", "valid_from", "valid_to", "source"]
    return pd.DataFrame(rows, columns=columns)


def standards_table() -> pd.DataFrame:
    """Return the reference table `standards`: the shipped one, and the counters'."""
    path = settings.REFERENCE / "standards.csv"
    shipped = pd.read_csv(path, dtype=str, keep_default_na=False)
    places = {
        "applies_to": "counter",
        "area": settings.FORCE,
        "seconds": str(WAIT_STANDARD_SECONDS),
        "status": "local",
        "source": f"{_SOURCE}: the demo force's own",
    }
    return pd.concat([shipped, pd.DataFrame([places])]).fillna("")


def _counters_by_borough(call_shares: np.ndarray) -> np.ndarray:
    """Return the borough of each counter: a few for each, the rest where calls are."""
    boroughs = len(call_shares)
    free = COUNTERS - LEAST_COUNTERS * boroughs
    exact = call_shares * free
    counts = exact.astype(int)
    most_missed = np.argsort(counts - exact, kind="stable")
    counts[most_missed[: free - counts.sum()]] += 1
    return np.repeat(np.arange(boroughs), LEAST_COUNTERS + counts)


@cache
def _bank_holidays() -> tuple[int, ...]:
    """Return the bank holidays of the reference table, as days since 1970."""
    path = settings.REFERENCE / "calendar_event.csv"
    events = pd.read_csv(path, dtype=str, keep_default_na=False)
    dates = events.loc[events["kind"] == "bank_holiday", "valid_from"]
    days = np.array(dates, "datetime64[D]").astype(np.int64)
    return tuple(days.tolist())
