"""A judged series and an indicator for the tests of charts, as a page has them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from kpis.statistics import spc_judgement

STATES = {"v": "value", "p": "provisional", "f": "too_few", "u": "not_reliable"}


def indicator(unit, kind, better, counts="cases"):
    measure = SimpleNamespace(unit=unit, kind=kind, counts=counts)
    return SimpleNamespace(
        id="a", measure=measure, judging=SimpleNamespace(better=better)
    )


def judged(values, states=None, better="higher", half_width=0.03):
    """A judged series by month; `states` is one letter of STATES a row."""
    letters = states or "v" * len(values)
    frame = pd.DataFrame(
        {
            "period_start": pd.date_range("2002-04-01", periods=len(values), freq="MS"),
            "n": 1200.0,
            "cases": 1200.0,
            "value": np.array(values, dtype=float),
            "state": [STATES[letter] for letter in letters],
            "reason": ["" if one == "v" else "Late <entries>." for one in letters],
            "caveat": "",
            "left_out": "",
        }
    )
    frame["lower"] = frame["value"] - half_width
    frame["upper"] = frame["value"] + half_width
    frame["is_latest"] = False
    frame.loc[frame["state"].ne("provisional")[::-1].idxmax(), "is_latest"] = True
    frame["is_settled"] = frame["state"].ne("provisional")
    return spc_judgement.judge(frame, better)
