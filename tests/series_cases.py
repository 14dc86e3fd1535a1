"""Short series with a known verdict, as `results` gives them."""

import numpy as np
import pandas as pd

STABLE = [70, 72, 69, 71, 70, 72, 69, 71, 70, 72, 69, 71, 70, 72, 69, 71]
FALLEN = [*[72, 76, 70, 74] * 3, 68, 70, 66, 69, 68, 70, 69]
RISING = [*[70, 76, 66, 72, 68, 78, 64, 74] * 2, 66, 67, 68, 69, 71, 73, 75]
SPIKE = [*STABLE, 90]
TWICE_NEAR = [*STABLE, 70, 75.5, 72, 75.5]

SPOKEN = {
    "v": "value",
    "r": "reported",
    "p": "provisional",
    "f": "too_few",
    "u": "not_reliable",
    "-": "not_measured",
}


def series(values, states=None, first="2002-10-01", frequency="MS"):
    """A frame as `results` gives it; `states` is one letter of SPOKEN a row."""
    starts = pd.date_range(first, periods=len(values), freq=frequency)
    letters = states or "v" * len(values)
    return pd.DataFrame(
        {
            "period_start": starts,
            "value": np.array(values, dtype=float) / 100,
            "n": 59_500.0,
            "state": [SPOKEN[letter] for letter in letters],
        }
    )
