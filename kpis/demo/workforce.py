"""The demo force's people: posts by unit and month, and the monthly return of them.

They do not depend on the scale: a tenth of the calls does not make a tenth of a
control room. Numbers without a source are assumptions.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kpis.demo import columns, facilities
from kpis.demo.chance import generator, multiplier
from kpis.demo.demand import Force, Month
from kpis.demo.facilities import Facilities

# 1,800 people in call handling (HMIC 2.2.5): the Information Room, three operator
# centres and 32 borough control rooms of 30 to 70; 1,500 over three centres in the end
# (MPA Equalities 27 Mar 2009, report 4). The split is an assumption.
INFORMATION_ROOM_POSTS, OPERATOR_POSTS, BOROUGH_POSTS = 350, 150, 1_300
LEAST_BOROUGH_POSTS = 30
CENTRE_POSTS = 1_500
RESPONSE_POSTS, WARD_POSTS = 8_000, 2_500
# receptionists of a counter by its kind of opening
RECEPTION_POSTS = {"24h": 5.5, "day": 3.5, "office": 1.5}

# share of officers in call handling, falling from 35 % to 10 %
OFFICER_SHARES = np.linspace(0.35, 0.10, 10)
# 8.2 % of all civil staff in March 2001 (MPA 19 Apr 2001, report 9), of which about one
# point is the time until someone who left is replaced.
VACANCY, VACANCY_SPREAD, VACANCY_LIMITS = 0.07, 0.03, (0.02, 0.15)
# leavers a year; moves into a new centre are transfers
TURNOVER = {"staff": (0.14, 0.04), "officer": (0.05, 0.01)}
# Working days a year and FTE: targets were 8 and 9, nationally 10.4 officers and 11.7
# staff (MPA HR 2 Feb 2006, report 7; Hansard 20 Jul 2004).
SICKNESS = {"staff": (12, 1.2, 9, 15), "officer": (9, 0.8, 7, 11)}
WINTER, WINTER_FACTOR = (11, 12, 1, 2), 1.3
SICKNESS_GAMMA_SHAPE = 40
# Probationers in response teams: 1 in 5 in mid 2002, nearly 1 in 3 twenty months later
# (BBC, 12 Feb 2004). Shares at the months since April 2000 named here; assumptions
# before and after.
PROBATIONER_MONTHS, PROBATIONER_SHARES = (0, 26, 46), (0.18, 0.20, 0.32)
PROBATIONER_OUTER, PROBATIONER_LIMITS = 1.08, (0.10, 0.45)
FTE_A_HEAD = {"staff": 0.95, "officer": 0.99}
OVERTIME_HOURS, TRAINED_SHARE = 10.5, 0.85
RECRUITED_SHARE = 0.7

# groups in the order of the return, and whether they are staff or officers
GROUPS = {
    "response_officer": "officer", "ward_officer": "officer",
    "call_handling_staff": "staff", "call_handling_officer": "officer",
    "station_reception": "staff",
}  # fmt: skip
SITES = ("IR", "TOC1", "TOC2", "TOC3", "LAM", "BOW", "HEN")


@dataclass(frozen=True)
class Posts:
    """Established posts: for each staff group months by units, 0 where there are none.

    Units are the boroughs in the order of the force and then SITES.
    """

    months: list[Month]
    units: np.ndarray
    by_group: dict[str, np.ndarray]

    @property
    def call_handling(self) -> np.ndarray:
        """Return staff and officers in call handling."""
        groups = ("call_handling_staff", "call_handling_officer")
        return self.by_group[groups[0]] + self.by_group[groups[1]]


def make_posts(force: Force, places: Facilities, months: list[Month]) -> Posts:
    """Return the posts of every month."""
    size = (len(months), len(force.codes) + len(SITES))

    def in_boroughs(values: np.ndarray) -> np.ndarray:
        whole = np.zeros(size)
        whole[:, : len(force.codes)] = values
        return whole

    handling = _call_handling(force, months)
    year = [min(max(month.financial_year - 2000, 0), 9) for month in months]
    officers = OFFICER_SHARES[year][:, None]
    kinds = list(facilities.OPENING)
    reception = np.bincount(
        places.boroughs[: facilities.COUNTERS],
        [RECEPTION_POSTS[kinds[kind]] for kind in places.kinds[: facilities.COUNTERS]],
        len(force.codes),
    )
    ward = force.residents / force.residents.sum() * WARD_POSTS
    by_group = {
        "response_officer": in_boroughs(np.rint(force.call_shares * RESPONSE_POSTS)),
        "ward_officer": in_boroughs(np.rint(ward)),
        "call_handling_staff": np.rint(handling * (1 - officers)),
        "call_handling_officer": np.rint(handling * officers),
        "station_reception": in_boroughs(reception),
    }
    return Posts(months, np.array([*force.codes, *SITES], object), by_group)


def table(force: Force, posts: Posts) -> pa.Table:
    """Return the monthly return: a row a month, unit and staff group with people."""
    parts = [_group(force, posts, group) for group in GROUPS]
    whole = {name: np.stack([part[name] for part in parts]) for name in parts[0]}
    exists = (whole["established"] > 0) | (whole["headcount"] > 0)
    exists |= whole["transfers"] > 0
    # month by month, and in each unit by unit
    axes = (1, 2, 0)
    shown = exists.transpose(axes)
    month, unit, group = np.nonzero(shown)
    of_row = {name: values.transpose(axes)[shown] for name, values in whole.items()}
    groups = np.array(list(GROUPS), object)[group]
    is_response = groups == "response_officer"

    def whole_number(name: str) -> pa.Array:
        return pa.array(of_row[name].astype(np.int64))

    return pa.table(
        {
            "month": columns.words(month_texts(posts.months)[month]),
            "unit_code": columns.words(posts.units[unit]),
            "staff_group": columns.words(groups),
            "fte_establishment": columns.decimals(of_row["established"], 2),
            "fte_actual": columns.decimals(of_row["fte"], 2),
            "headcount": whole_number("headcount"),
            "probationer_fte": columns.decimals(
                np.where(is_response, of_row["probationers"], np.nan), 2
            ),
            "sickness_days_lost": columns.decimals(of_row["sickness"], 1),
            "leavers": whole_number("leavers"),
            "transfers_out": whole_number("transfers"),
            "joiners": whole_number("joiners"),
            "overtime_hours": columns.decimals(of_row["overtime"], 1),
            "training_complete_headcount": whole_number("trained"),
        }
    )


def month_texts(months: list[Month]) -> np.ndarray:
    """Return months as YYYY-MM."""
    return np.array([f"{month.year}-{month.month:02}" for month in months], object)


def _call_handling(force: Force, months: list[Month]) -> np.ndarray:
    """Return posts in call handling by month and unit, as boroughs move."""
    has_moved = np.array([force.moved_at < month.ends for month in months])
    spare = BOROUGH_POSTS - LEAST_BOROUGH_POSTS * len(force.codes)
    in_borough = LEAST_BOROUGH_POSTS + spare * force.call_shares
    in_room = INFORMATION_ROOM_POSTS * force.call_shares
    at_operator = OPERATOR_POSTS * force.call_shares
    whole = in_borough + in_room + at_operator
    at_centre = whole * CENTRE_POSTS / whole.sum()
    sites = [(~has_moved) @ in_room]
    for site in SITES[1:4]:
        sites.append((~has_moved) @ (at_operator * (force.operator_sites == site)))
    for site in SITES[4:]:
        sites.append(has_moved @ (at_centre * (force.centres == site)))
    return np.column_stack([~has_moved * in_borough, *sites])


def _group(force: Force, posts: Posts, group: str) -> dict[str, np.ndarray]:
    """Return what the monthly return says of one staff group, months by units."""
    rng = generator(force.seed, "workforce", list(GROUPS).index(group))
    kind, established = GROUPS[group], posts.by_group[group]
    size, units = established.shape, len(posts.units)
    people = _people(rng, kind, established)
    fte = people["headcount"] * FTE_A_HEAD[kind]
    mean, spread, low, high = SICKNESS[kind]
    usual = rng.normal(mean, spread, units).clip(low, high)
    is_winter = np.array([month.month in WINTER for month in posts.months])
    season = np.where(is_winter, WINTER_FACTOR, 1)
    season = season / ((len(WINTER) * WINTER_FACTOR + 12 - len(WINTER)) / 12)
    days = np.array([len(month.hours) for month in posts.months]) / (365.25 * 24)
    surprise = multiplier(rng, SICKNESS_GAMMA_SHAPE, size)
    trained = rng.binomial(people["headcount"], TRAINED_SHARE)
    return people | {
        "established": established,
        "fte": fte,
        "sickness": fte * usual * (season * days)[:, None] * surprise,
        "probationers": fte * _probationer_shares(rng, force, posts),
        "overtime": fte * OVERTIME_HOURS * multiplier(rng, 30, size),
        "trained": trained,
    }


def _people(
    rng: np.random.Generator, kind: str, established: np.ndarray
) -> dict[str, np.ndarray]:
    """Return heads in every month and unit, and who came and went in it."""
    months, units = len(established), len(established[0])
    vacancy = rng.normal(VACANCY, VACANCY_SPREAD, units).clip(*VACANCY_LIMITS)
    target = np.rint(established * (1 - vacancy) / FTE_A_HEAD[kind]).astype(np.int64)
    mean, spread = TURNOVER[kind]
    rate = rng.normal(mean, spread, units).clip(mean / 2, 2 * mean) / 12
    names = ("headcount", "leavers", "transfers", "joiners")
    people = {name: np.zeros(established.shape, np.int64) for name in names}
    heads = target[0]
    for month in range(months):
        leavers = rng.binomial(heads, rate)
        missing = target[month] - (heads - leavers)
        # a unit that shrinks or grows at once does so by transfers
        grows = established[month] > 1.1 * established[max(month - 1, 0)]
        shrinks = established[month] < established[max(month - 1, 0)]
        recruited = rng.binomial(np.maximum(missing, 0), RECRUITED_SHARE)
        joiners = np.where(grows, np.maximum(missing, 0), recruited)
        transfers = np.where(shrinks, np.maximum(-missing, 0), 0)
        heads = heads - leavers - transfers + joiners
        values = (heads, leavers, transfers, joiners)
        for name, value in zip(names, values, strict=True):
            people[name][month] = value
    return people


def _probationer_shares(
    rng: np.random.Generator, force: Force, posts: Posts
) -> np.ndarray:
    """Return shares of probationers in response, higher in outer boroughs."""
    since = [month.number - Month(2000, 4).number for month in posts.months]
    usual = np.interp(since, PROBATIONER_MONTHS, PROBATIONER_SHARES)
    factor = np.ones(len(posts.units))
    factor[: len(force.codes)] = np.where(
        force.is_inner, 1 / PROBATIONER_OUTER, PROBATIONER_OUTER
    )
    factor *= rng.normal(1, 0.10, len(factor))
    return (usual[:, None] * factor).clip(*PROBATIONER_LIMITS)
