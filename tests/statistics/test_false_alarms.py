"""How often charts and funnels raise an alarm where nothing changed or differs.

32 boroughs, all stable and all the same, ten indicators, 60 months. What chance alone
flags on the latest point lies between 1.4 and 1.9 charts in a hundred (what 20,000
simulated series of 12 to 36 normal values each gave), and at most 2 in 1,000 areas lie
outside the 99.8 % limits of their funnel.
"""

import numpy as np
import pandas as pd
import pytest

from kpis.analysis import verdicts
from kpis.statistics import funnel, spc_judgement
from kpis.statistics.spc_judgement import ChartSettings

INDICATORS, BOROUGHS, MONTHS = 10, 32, 60
SHARES = range(5)
RATES = range(5, INDICATORS)
# The charts are read at the end of each of these months, as a committee would.
READ_AFTER = range(verdicts.MINIMUM_POINTS, MONTHS + 1, 3)


@pytest.fixture(scope="module")
def stable():
    """Counts and their denominators by indicator, borough and month, from one seed.

    The denominators are cases for SHARES and exposure for RATES.
    """
    draw = np.random.default_rng(2004)
    months = np.ones(MONTHS)
    cases = draw.uniform(80, 3000, (len(SHARES), BOROUGHS, 1)) * months
    cases = draw.poisson(cases)
    hits = draw.binomial(cases, draw.uniform(0.3, 0.95, (len(SHARES), 1, 1)))
    exposures = draw.uniform(15, 40, (len(RATES), BOROUGHS, 1)) * months
    events = draw.poisson(exposures * draw.uniform(1, 60, (len(RATES), 1, 1)))
    return np.concatenate([hits, events]), np.concatenate([cases, exposures])


def share_flagged_on_the_latest_point(stable, indicators, chart):
    counts, sizes = (part[indicators] for part in stable)
    starts = pd.date_range("2000-01-01", periods=MONTHS, freq="MS")
    charts = [
        (series, months)
        for series in np.ndindex(counts.shape[:2])
        for months in READ_AFTER
    ]
    lengths = [months for _, months in charts]
    # each chart is one series of a board, with its number as its area
    board = pd.DataFrame(
        {
            "kpi": "stable",
            "area": np.repeat(np.arange(len(charts)), lengths),
            "by": "month",
            "period_start": np.concatenate([starts[:months] for months in lengths]),
            "value": np.concatenate([(counts / sizes)[s][:m] for s, m in charts]),
            "cases": np.concatenate([sizes[s][:m] for s, m in charts]),
            "state": "value",
        }
    )
    header = ChartSettings(better="neither", chart=chart, resolution=0.0)
    judged = spc_judgement.judge_all(board, {"stable": header})
    latest = judged["rule"].to_numpy()[np.cumsum(lengths) - 1]
    return (latest != "").mean()


def test_xmr_flags_as_many_stable_charts_as_simulation_says(stable):
    found = share_flagged_on_the_latest_point(stable, slice(None), "xmr")
    assert verdicts.FALSE_FLAGS_PER_CHART <= found <= 0.019


def test_p_prime_flags_no_more_stable_charts_than_xmr_may(stable):
    found = share_flagged_on_the_latest_point(stable, SHARES, "p_prime")
    assert 0.009 <= found <= 0.019


@pytest.mark.parametrize(
    ("make", "indicators"), [(funnel.proportion, SHARES), (funnel.rate, RATES)]
)
def test_at_most_two_in_a_thousand_equal_boroughs_are_outliers(
    stable, make, indicators
):
    counts, sizes = stable
    outliers = [
        make(counts[place, :, month], sizes[place, :, month])["outlier"].mean()
        for place in indicators
        for month in range(MONTHS)
    ]
    assert 0.0005 <= np.mean(outliers) <= 0.002
