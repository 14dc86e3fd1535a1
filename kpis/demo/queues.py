"""How the demo force's call sites answer: waiting, hanging up, talking."""

from dataclasses import dataclass

import numpy as np

from kpis.demo import parameters
from kpis.demo.chance import happens, log_normal
from kpis.demo.columns import NEVER, Columns, look_up
from kpis.demo.demand import Demand, Force, Month


@dataclass(frozen=True)
class Duty:
    """A month at the telephones: the force and what each line has to expect."""

    month: Month
    force: Force
    demands: tuple[Demand, ...]


def answer(rng: np.random.Generator, calls: Columns, duty: Duty) -> Columns:
    """Return when each call is answered and ends."""
    line, size = calls["line"], len(calls["line"])
    is_slow = happens(rng, _slow_shares(calls, duty), size)
    wait = np.where(
        is_slow,
        log_normal(rng, _of_queue("slow", line), size),
        log_normal(rng, _of_queue("quick", line), size),
    )
    patience = log_normal(rng, _of_queue("patience", line), size)
    hangs_up = happens(rng, parameters.QUICK_HANG_UP_SHARE, size)
    at_once = rng.integers(1, parameters.QUICK_HANG_UP_SECONDS + 1, size)
    patience = np.where(hangs_up, at_once, patience)
    longest = _of_queue("longest", line)
    is_abandoned = patience < np.minimum(wait, longest)
    is_answered = ~is_abandoned & (wait <= longest)
    queued = np.minimum(np.minimum(wait, patience), longest)
    # a clock shows whole seconds: the part of one in which a call came counts as well
    queued = (queued + rng.random(size)).astype(np.int64)
    left_at = calls["offered_at"] + queued
    return {
        "answered_at": np.where(is_answered, left_at, NEVER),
        "ended_at": np.where(is_answered, left_at + talk_seconds(rng, line), left_at),
        "outcome": np.select(
            [is_answered, is_abandoned], ["answered", "abandoned"], "overflowed"
        ).astype(object),
    }


def sites(calls: Columns, force: Force) -> np.ndarray:
    """Return the code of the site in whose queue each call is."""
    is_emergency = calls["line"] == parameters.EMERGENCY
    operator_sites = force.operator_sites[calls["borough"]]
    site = np.where(is_emergency, parameters.EMERGENCY_SITE, operator_sites)
    has_moved = calls["offered_at"] >= force.moved_at[calls["borough"]]
    return np.where(has_moved, force.centres[calls["borough"]], site)


def talk_seconds(rng: np.random.Generator, line: np.ndarray) -> np.ndarray:
    """Return how long each call lasts once it is answered."""
    talk = log_normal(rng, _of_queue("talk", line), len(line))
    return talk.clip(*parameters.TALK_LIMITS).astype(np.int64)


def _of_queue(name: str, line: np.ndarray) -> np.ndarray:
    values = np.array([getattr(queue, name) for queue in parameters.QUEUES])
    return values[line].T


def _slow_shares(calls: Columns, duty: Duty) -> np.ndarray:
    hour = (calls["offered_at"] - duty.month.starts) // parameters.HOUR
    shares = []
    for line, queue in enumerate(parameters.QUEUES):
        usual = parameters.in_year(
            parameters.SLOW_SHARES[line], duty.month.financial_year
        )
        # as in a queue, waits grow faster than the load
        shares.append(usual * duty.demands[line].load ** 3 / queue.load_cubed_mean)
    site = sites(calls, duty.force)
    factors = look_up(site, parameters.SITE_SLOW_FACTORS)
    return np.minimum(
        np.array(shares)[calls["line"], hour] * factors, parameters.SLOWEST_HOUR
    )
