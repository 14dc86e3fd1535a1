"""Where and when the demo force is called: its boroughs, its months, its hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from kpis import settings
from kpis.demo import centres, parameters
from kpis.demo.chance import generator, multiplier
from kpis.demo.columns import local


@dataclass(frozen=True)
class Force:
    """The boroughs in the order of their codes; arrays have one entry a borough.

    Each borough's calls come to `centres` from the instant `moved_at` on. `delays`
    shift the log of its times to arrival; where `pulls_back`, some late arrivals
    are noted as in time.
    """

    codes: np.ndarray
    names: np.ndarray
    call_shares: np.ndarray
    residents: np.ndarray
    is_inner: np.ndarray
    operator_sites: np.ndarray
    centres: np.ndarray
    moved_at: np.ndarray
    delays: np.ndarray
    pulls_back: np.ndarray
    seed: int


@dataclass(frozen=True)
class Month:
    """A calendar month in London."""

    year: int
    month: int

    @property
    def number(self) -> int:
        """Return the months since the year 0."""
        return self.year * 12 + self.month - 1

    @property
    def financial_year(self) -> int:
        """Return the year in which the financial year of this month began."""
        return self.year if self.month >= 4 else self.year - 1

    @property
    def starts(self) -> int:
        """Return its first instant."""
        return instant(self.year, self.month, 1)

    @property
    def ends(self) -> int:
        """Return the first instant after it."""
        year, month = divmod(self.number + 1, 12)
        return instant(year, month + 1, 1)

    @property
    def hours(self) -> np.ndarray:
        """Return the instants at which its hours begin."""
        return np.arange(self.starts, self.ends, parameters.HOUR)


@dataclass(frozen=True)
class Demand:
    """Calls of one line expected in each hour and borough at scale 1, and the load.

    `load` is what comes in an hour against the staff on duty, around 1.
    """

    calls: np.ndarray
    load: np.ndarray


def instant(year: int, month: int, day: int, hour: int = 0) -> int:
    """Return seconds since 1970 at a full hour in London."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return int(datetime(year, month, day, hour, tzinfo=zone).timestamp())


def make_force(seed: int, *, defects: bool = False) -> Force:
    """Return the boroughs of the reference table, with effects drawn from the seed."""
    bocu = pd.read_csv(settings.REFERENCE / "bocu.csv").sort_values("bocu_code")
    codes = bocu["bocu_code"].to_numpy(object)
    residents = bocu["residents_mid_2003"].to_numpy()
    is_inner = bocu["inner_outer_statutory"] == "inner"
    usual = np.where(is_inner, parameters.INNER_FACTOR, parameters.OUTER_FACTOR)
    factors = (
        bocu["bocu_code"]
        .map(parameters.BOROUGH_FACTORS)
        .fillna(pd.Series(usual, bocu.index))
    )
    weights = residents * factors.to_numpy()
    call_shares = weights / weights.sum()
    moves = centres.moves(defects=defects).loc[codes]
    operators = moves["call_site_code"].map(parameters.OPERATOR_SITES)
    rng = generator(seed, "force")
    return Force(
        codes=codes,
        names=bocu["borough_name"].to_numpy(object),
        call_shares=call_shares,
        residents=residents,
        is_inner=is_inner.to_numpy(),
        operator_sites=operators.to_numpy(object),
        centres=moves["call_site_code"].to_numpy(object),
        moved_at=np.array([instant(d.year, d.month, d.day) for d in moves["moved_on"]]),
        delays=_delays(rng, codes, call_shares),
        pulls_back=_pulls_back(rng, codes),
        seed=seed,
    )


def demand(rng: np.random.Generator, month: Month, line: int, force: Force) -> Demand:
    """Return what one line has to expect in a month, with chance and events."""
    planned = _planned(month, line)
    surprise = multiplier(rng, parameters.HOUR_GAMMA_SHAPE, len(planned))
    days = _day_of_month(month)
    day_count = days.max() + 1
    surprise *= multiplier(rng, parameters.DAY_GAMMA_SHAPE, day_count)[days]
    if line == parameters.EMERGENCY:
        surprise *= _shocks(month, force.seed)
    shares = force.call_shares * multiplier(
        rng, parameters.BOROUGH_DAY_GAMMA_SHAPE, (day_count, len(force.codes))
    )
    shares[_carnival_days(month), force.codes == parameters.CARNIVAL_BOROUGH] *= (
        parameters.CARNIVAL_FACTOR
    )
    usual = parameters.CALLS_A_YEAR * parameters.LINE_SHARES[line] / (365.25 * 24)
    crowding = (planned / usual) ** (1 - parameters.STAFF_ELASTICITY)
    first = 1 / (1 + parameters.FURTHER_CALLS_PER_FIRST_CALL[line])
    return Demand(
        calls=(planned * surprise * first)[:, None] * shares[days],
        load=surprise * crowding,
    )


def police_demand(month: Month, force: Force) -> np.ndarray:
    """Return incidents that officers open, expected in each hour and borough."""
    planned = _planned(month, parameters.EMERGENCY)
    emergency_calls = (
        parameters.CALLS_A_YEAR * parameters.LINE_SHARES[parameters.EMERGENCY]
    )
    per_call = parameters.POLICE_INCIDENTS_A_YEAR / emergency_calls
    return planned[:, None] * per_call * force.call_shares


def arrivals(
    rng: np.random.Generator, month: Month, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return instants, in order, and boroughs of events at an expected rate."""
    counts = rng.poisson(expected)
    hour, borough = (
        np.repeat(i.ravel(), counts.ravel()) for i in np.indices(counts.shape)
    )
    instants = month.hours[hour] + rng.integers(0, parameters.HOUR, len(hour))
    order = np.argsort(instants, kind="stable")
    return instants[order], borough[order]


def clock(instants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return local hour of the day and weekday, Monday being 0."""
    shown = local(instants)
    # 1 January 1970 was a Thursday
    return shown // parameters.HOUR % 24, (shown // parameters.DAY + 3) % 7


def _delays(
    rng: np.random.Generator, codes: np.ndarray, call_shares: np.ndarray
) -> np.ndarray:
    limit = parameters.BOROUGH_DELAY_LIMIT
    drawn = rng.normal(0, parameters.BOROUGH_DELAY_SPREAD, len(codes)).clip(
        -limit, limit
    )
    named = np.isin(codes, list(parameters.BOROUGH_DELAYS))
    # centred, so that the level of the force does not depend on the seed
    drawn -= np.average(drawn, weights=call_shares * ~named)
    known = [parameters.BOROUGH_DELAYS.get(code, 0) for code in codes]
    return np.where(named, known, drawn)


def _pulls_back(rng: np.random.Generator, codes: np.ndarray) -> np.ndarray:
    # boroughs with a published level keep it
    others = [
        i for i, code in enumerate(codes) if code not in parameters.BOROUGH_DELAYS
    ]
    chosen = rng.choice(others, parameters.PULLED_BACK_BOROUGHS, replace=False)
    return np.isin(np.arange(len(codes)), chosen)


def _planned(month: Month, line: int) -> np.ndarray:
    hour, weekday = clock(month.hours)
    profiles = np.array(parameters.HOUR_PROFILES[line])
    profiles /= profiles.sum(axis=1, keepdims=True)
    years = (month.starts - instant(2003, 9, 15)) / (365.25 * parameters.DAY)
    usual_day = parameters.CALLS_A_YEAR * parameters.LINE_SHARES[line] / 365.25
    planned = (
        usual_day
        * parameters.GROWTH_A_YEAR**years
        * parameters.MONTH_INDEX[month.month - 1]
        * np.array(parameters.WEEKDAY_INDEX[line])[weekday]
        * profiles[weekday, hour]
    )
    if line == parameters.EMERGENCY:
        planned[_is_new_year(month, hour)] *= parameters.NEW_YEAR_FACTOR
    return planned


def _is_new_year(month: Month, hour: np.ndarray) -> np.ndarray:
    day = _day_of_month(month) + 1
    eve = (month.month == 12) & (day == 31) & (hour >= 22)
    return eve | ((month.month == 1) & (day == 1) & (hour < 4))


def _carnival_days(month: Month) -> list[int]:
    # the August bank holiday is the month's last Monday
    if month.month != 8:
        return []
    last = datetime(month.year, 8, 31)
    monday = (last - timedelta(days=last.weekday())).day
    return [monday - 2, monday - 1]


def _shocks(month: Month, seed: int) -> np.ndarray:
    rng = generator(seed, "shocks", month.financial_year)
    low, high = parameters.SHOCKS_A_YEAR
    year_starts = instant(month.financial_year, 4, 1)
    hours = rng.integers(0, 365 * 24, rng.integers(low, high + 1))
    factors = np.ones(len(month.hours))
    for shock in year_starts + hours * parameters.HOUR:
        lasts = parameters.SHOCK_HOURS * parameters.HOUR
        is_hit = (month.hours >= shock) & (month.hours < shock + lasts)
        factors[is_hit] = parameters.SHOCK_FACTOR
    return factors


def _day_of_month(month: Month) -> np.ndarray:
    days = local(month.hours) // parameters.DAY
    return days - days[0]
