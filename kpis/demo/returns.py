"""The demo force's small returns: patrols, opening hours, other contacts, activity.

Patrol and opening hours do not depend on the scale; contacts do. Numbers without a
source are assumptions.
"""

import numpy as np
import pyarrow as pa

from kpis import settings
from kpis.demo import columns, facilities, parameters
from kpis.demo.chance import generator, multiplier
from kpis.demo.demand import Force, Month
from kpis.demo.facilities import Facilities
from kpis.demo.workforce import Posts, month_texts

# hours on patrol a month and post, and the share of them in single crews: its mean,
# spread and limits between boroughs
PATROLS = {
    "response": ("response_officer", 95, (0.15, 0.06, 0.05, 0.35)),
    "ward": ("ward_officer", 60, (0.40, 0.06, 0.20, 0.60)),
}
PATROL_GAMMA_SHAPE, SINGLE_GAMMA_SHAPE = 400, 200

# 96 % of the advertised hours are open (90 to 100), 88 % of the stops are kept
OPEN_SHARE, OPEN_SHAPE, STOPS_KEPT_SHARE = 0.96, 60, 0.88
OPEN_LIMITS = (0.90, 1.0)

# contacts of 2003/04 at scale 1, growth a year, and the share whose borough is unknown
CHANNELS = {
    "online": (12_000, 1.5), "email": (40_000, 1.3), "one_stop_shop": (60_000, 1.0),
    "mobile_station": (30_000, 1.0), "letter": (150_000, 0.97),
}  # fmt: skip
NOT_LOCATED = {"online": 0.3, "email": 0.3, "letter": 0.1}

# Officer time on frontline duties (Hansard 10 Dec 2007): required yearly from 2003/04.
FRONTLINE = {2003: 0.650, 2004: 0.624, 2005: 0.619, 2006: 0.617}
FRONTLINE_SPREAD, SAMPLED_HOURS_A_POST = 0.03, 70
FIRST_ACTIVITY_YEAR = 2003


def patrol(force: Force, posts: Posts) -> pa.Table:
    """Return patrol hours by month, borough and role."""
    rng = generator(force.seed, "patrol")
    size = (len(posts.months), len(force.codes))
    days = np.array([len(month.hours) / 24 for month in posts.months])[:, None]
    total, single = [], []
    for group, a_month, (mean, spread, low, high) in PATROLS.values():
        officers = posts.by_group[group][:, : len(force.codes)]
        share = rng.normal(mean, spread, len(force.codes)).clip(low, high)
        surprise = multiplier(rng, PATROL_GAMMA_SHAPE, size)
        total.append(officers * a_month * days / 30.4 * surprise)
        alone = share * multiplier(rng, SINGLE_GAMMA_SHAPE, size)
        single.append(total[-1] * np.minimum(alone, 1))
    axes = (1, 2, 0)
    hours = np.stack(total).transpose(axes)
    month, borough, role = (i.ravel() for i in np.indices(hours.shape))
    alone = np.stack(single).transpose(axes).ravel()
    return pa.table(
        {
            "month": columns.words(month_texts(posts.months)[month]),
            "bocu_code": columns.words(force.codes[borough]),
            "role": columns.words(np.array(list(PATROLS), object)[role]),
            "patrol_hours_total": columns.decimals(hours.ravel(), 1),
            "patrol_hours_single": columns.decimals(alone, 1),
        }
    )


def facility_hours(force: Force, places: Facilities, months: list[Month]) -> pa.Table:
    """Return hours advertised and open, and stops of mobile stations due and kept."""
    rng = generator(force.seed, "hours_open")
    codes = np.append(places.codes, facilities.mobile_stations())
    doors = len(places.codes)
    shape = (OPEN_SHARE * OPEN_SHAPE, (1 - OPEN_SHARE) * OPEN_SHAPE)
    parts = []
    for month in months:
        hours = np.full((2, len(codes)), np.nan)
        hours[0, :doors] = facilities.open_hours(month).sum(axis=1)[places.kinds]
        share = rng.beta(*shape, doors).clip(*OPEN_LIMITS)
        # doors open and close at quarters of an hour
        hours[1, :doors] = np.floor(hours[0, :doors] * share * 4) / 4
        scheduled = facilities.stops_scheduled(force, month)
        stops = np.zeros((2, len(codes)), np.int64)
        stops[0, doors:] = scheduled
        stops[1, doors:] = rng.binomial(scheduled, STOPS_KEPT_SHARE)
        has_stops = np.arange(len(codes)) >= doors
        parts.append(
            pa.table(
                {
                    "month": [f"{month.year}-{month.month:02}"] * len(codes),
                    "facility_code": columns.words(codes),
                    "hours_advertised": columns.decimals(hours[0], 2),
                    "hours_open": columns.decimals(hours[1], 2),
                    "stops_scheduled": columns.known(stops[0], has_stops),
                    "stops_kept": columns.known(stops[1], has_stops),
                }
            )
        )
    return pa.concat_tables(parts)


def contacts(force: Force, months: list[Month], scale: float) -> pa.Table:
    """Return contacts through other channels by month, channel and borough."""
    rng = generator(force.seed, "contacts")
    areas = np.array([*force.codes, settings.FORCE], object)
    expected = []
    for channel, (a_year, growth) in CHANNELS.items():
        unknown = NOT_LOCATED.get(channel, 0.0)
        shares = np.append(force.call_shares * (1 - unknown), unknown)
        rates = [
            a_year / 12 * growth ** ((month.number - Month(2003, 10).number) / 12)
            for month in months
        ]
        season = [parameters.MONTH_INDEX[month.month - 1] for month in months]
        expected.append(np.outer(np.array(rates) * season, shares))
    counts = rng.poisson(np.stack(expected, axis=1) * scale)
    month, of_channel, area = (i.ravel() for i in np.indices(counts.shape))
    has_unknown = np.array([name in NOT_LOCATED for name in CHANNELS])
    is_sent = (area < len(force.codes)) | has_unknown[of_channel]
    channels = np.array(list(CHANNELS), object)
    return pa.table(
        {
            "month": columns.words(month_texts(months)[month][is_sent]),
            "channel": columns.words(channels[of_channel][is_sent]),
            "bocu_code": columns.words(areas[area][is_sent]),
            "contacts": pa.array(counts.ravel()[is_sent]),
        }
    )


def activity(force: Force, posts: Posts) -> pa.Table:
    """Return officer hours of the yearly activity analysis, by borough."""
    rng = generator(force.seed, "activity")
    effect = rng.normal(0, FRONTLINE_SPREAD, len(force.codes))
    groups = ("response_officer", "ward_officer")
    parts = []
    for year in sorted({month.financial_year for month in posts.months}):
        if year < FIRST_ACTIVITY_YEAR:
            continue
        officers = sum(posts.by_group[group][0, : len(force.codes)] for group in groups)
        total = np.rint(officers * SAMPLED_HOURS_A_POST)
        centred = effect - np.average(effect, weights=total)
        level = parameters.in_year(FRONTLINE, year)
        frontline = total * (level + centred)
        parts.append(
            pa.table(
                {
                    "financial_year": [f"{year}/{(year + 1) % 100:02}"] * len(total),
                    "bocu_code": columns.words(force.codes),
                    "hours_frontline": columns.decimals(frontline, 1),
                    "hours_total": columns.decimals(total, 1),
                    "sample_fortnight": [f"{year}-10"] * len(total),
                }
            )
        )
    return pa.concat_tables(parts)
