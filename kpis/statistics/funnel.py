"""Funnels: which areas differ from the whole by more than chance explains.

An area counts as an outlier only strictly outside the 99.8 % limits: of 32 areas that
are all the same, one lies there in every sixteenth funnel. The 95 % limits are a
guide for the eye. Proportions follow FunnelPlotR 0.6.0
(https://github.com/nhs-r-community/FunnelPlotR), rates the exact Poisson lines of
PHEindicatormethods 2.1.0 (https://github.com/dhsc-govuk/PHEindicatormethods).
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import pdtrik

# quantiles of the normal distribution as the peer of `proportion` rounds them, and the
# share of a Poisson distribution beyond each limit
NORMAL = {"95": 1.959964, "998": 3.090232}
BEYOND = {"95": 0.025, "998": 0.001}
WINSORISED = 0.1
# past this, areas differ mostly for reasons that their cases do not show
LARGE_PHI = 5
COLUMNS = (
    "value", "centre", "lower_95", "upper_95", "lower_998", "upper_998", "z", "outlier",
)  # fmt: skip


def proportion(
    numerator: ArrayLike, denominator: ArrayLike, *, adjust: bool = True
) -> pd.DataFrame:
    """Return a funnel of proportions: a row per area with COLUMNS, natural proportions.

    `centre` is the sum of numerators over the sum of denominators. `z` is the
    distance from it in standard errors on the arcsine scale. Where areas vary more
    than chance makes them (phi over 1) the limits are widened by the variance between
    areas, unless `adjust` is False. `.attrs` has phi, the mean of the squares of z
    with a tenth at each end drawn in, and tau2, the variance added on the arcsine
    scale; both are 0 without adjustment, as in the peer. An area without cases is a
    row of NaN, never an outlier and part of nothing. Weighted answers come as effective
    numbers. Source: Spiegelhalter, Statistics in Medicine 24 (2005), 1185-1202, and
    Quality and Safety in Health Care 14 (2005), 347-351.
    """
    x, n = _known(numerator, denominator)
    centre = _centre(x, n)
    middle = np.arcsin(np.sqrt(centre))
    error = 1 / (2 * np.sqrt(n))
    z = (np.arcsin(np.sqrt(x / n)) - middle) / error
    phi = dispersion(z) if adjust else 0.0
    tau2 = variance_between(phi, error) if phi > 1 else 0.0
    limits = limits_at(n, "proportion", centre, tau2)
    return _frame(x / n, centre, limits, z, phi, tau2)


def rate(count: ArrayLike, exposure: ArrayLike) -> pd.DataFrame:
    """Return a funnel of rates: a row per area, with COLUMNS, per unit of exposure.

    `centre` is the sum of events over the sum of exposures. A limit is the count at
    which that rate would lie just on the edge of the count's own exact Poisson
    interval, so an area is an outlier exactly where its interval leaves the rate of
    the whole out; one event alone never makes one. `z` is the distance on the
    square-root scale, 2 (sqrt(count) - sqrt(expected)): it says how far off an area
    is, but the limits decide. Limits are never widened: `.attrs` has phi as in
    `proportion`, and a tau2 of 0. An area without exposure is a row of NaN, never an
    outlier and part of nothing. Source: Garwood, Biometrika 28 (1936), 437-442, turned
    round.
    """
    x, n = _known(count, exposure)
    centre = _centre(x, n)
    expected = centre * n
    limits = limits_at(n, "rate", centre)
    z = 2 * (np.sqrt(x) - np.sqrt(expected))
    return _frame(x / n, centre, limits, z, dispersion(z), 0.0)


def limits_at(
    size: ArrayLike, kind: str, centre: float, tau2: float = 0.0
) -> dict[str, np.ndarray]:
    """Return lower_95, upper_95, lower_998, upper_998 for areas of each size.

    `kind` is "proportion" or "rate", `size` its denominators. These are the limits that
    the funnels above have at their areas, for lines to be drawn between them.
    """
    n = np.asarray(size, dtype=float)
    limits = {}
    if kind == "rate":
        expected = centre * n
        for name, tail in BEYOND.items():
            limits[f"lower_{name}"] = pdtrik(tail, expected) / n
            limits[f"upper_{name}"] = (pdtrik(1 - tail, expected) + 1) / n
        return limits
    middle = np.arcsin(np.sqrt(centre))
    for name, quantile in NORMAL.items():
        reach = quantile * np.sqrt((1 / (2 * np.sqrt(n))) ** 2 + tau2)
        for side, angle in (("lower", middle - reach), ("upper", middle + reach)):
            # beyond these angles the square of the sine would come back
            limits[f"{side}_{name}"] = np.sin(np.clip(angle, 0, np.pi / 2)) ** 2
    return limits


def dispersion(z: np.ndarray) -> float:
    """Return phi: how many times as much areas vary as chance makes them, roughly.

    It is the mean of squared distances, with the tenth at either end drawn in to the
    10th and 90th percentile, so that a few outliers do not hide themselves. Drawing in
    makes it 0.68 on average where areas do not differ at all.
    """
    known = z[~np.isnan(z)]
    if not len(known):
        return 0.0
    ends = np.quantile(known, [WINSORISED, 1 - WINSORISED])
    return float(np.mean(np.clip(known, *ends) ** 2))


def variance_between(phi: float, error: np.ndarray) -> float:
    """Return tau squared: the variance between areas that phi leaves over, 0 for none.

    The method of moments of DerSimonian and Laird, Controlled Clinical Trials 7
    (1986), 177-188, with the squares drawn in.
    """
    weights = 1 / error[~np.isnan(error)] ** 2
    count = len(weights)
    if count < 2 or count * phi < count - 1:
        return 0.0
    spare = weights.sum() - (weights**2).sum() / weights.sum()
    return float((count * phi - (count - 1)) / spare)


def _known(
    numerator: ArrayLike, denominator: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    x, n = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    is_known = (n > 0) & ~np.isnan(x)
    return np.where(is_known, x, np.nan), np.where(is_known, n, np.nan)


def _centre(x: np.ndarray, n: np.ndarray) -> float:
    total = np.nansum(n)
    return np.nansum(x) / total if total else np.nan


def _frame(
    value: np.ndarray,
    centre: float,
    limits: dict[str, np.ndarray],
    z: np.ndarray,
    phi: float,
    tau2: float,
) -> pd.DataFrame:
    outlier = (value > limits["upper_998"]) | (value < limits["lower_998"])
    centres = np.where(np.isnan(value), np.nan, centre)
    columns = {"value": value, "centre": centres, **limits, "z": z, "outlier": outlier}
    frame = pd.DataFrame(columns)[list(COLUMNS)]
    frame.attrs.update(phi=phi, tau2=tau2)
    return frame
