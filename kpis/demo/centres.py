"""When each borough's calls move to one of the three new call centres.

Published moves are read from the reference table `bocu_call_site`. If a day is not
published the demo assumes one, in an order that agrees with what is published.
"""

from datetime import date, timedelta

import pandas as pd

from kpis import settings
from kpis.demo import parameters

_PUBLISHED = settings.REFERENCE / "bocu_call_site.csv"
_ANSWERING = "call_answering"
# Published: Southwark first in November 2004, Lewisham by May 2005, Merton as the 21st
# by January 2007, the last four from July to September 2007 (domain facts, 3.7). All
# days, the order of the other boroughs and the centres of a few are assumptions.
_ASSUMED = {
    "MD": ("LAM", date(2004, 11, 17)), "LX": ("LAM", date(2005, 2, 16)),
    "PL": ("LAM", date(2005, 4, 20)), "RG": ("LAM", date(2005, 6, 22)),
    "RY": ("LAM", date(2005, 8, 3)), "ZD": ("LAM", date(2005, 9, 14)),
    "PY": ("LAM", date(2005, 10, 26)), "ZT": ("LAM", date(2005, 11, 30)),
    "WW": ("LAM", date(2006, 1, 11)), "HT": ("BOW", date(2006, 2, 8)),
    "KF": ("BOW", date(2006, 3, 8)), "GD": ("BOW", date(2006, 4, 5)),
    "NI": ("BOW", date(2006, 5, 3)), "EK": ("BOW", date(2006, 5, 31)),
    "KG": ("BOW", date(2006, 6, 28)), "CW": ("HEN", date(2006, 7, 26)),
    "BS": ("HEN", date(2006, 9, 6)), "FH": ("HEN", date(2006, 10, 4)),
    "KD": ("BOW", date(2006, 11, 1)), "XB": ("HEN", date(2006, 11, 29)),
    "VW": ("LAM", date(2007, 1, 10)), "TX": ("HEN", date(2007, 1, 31)),
    "XH": ("HEN", date(2007, 2, 21)), "QK": ("HEN", date(2007, 3, 14)),
    "QA": ("HEN", date(2007, 4, 4)), "SX": ("HEN", date(2007, 4, 25)),
    "YE": ("BOW", date(2007, 5, 16)), "YR": ("BOW", date(2007, 6, 6)),
    "JC": ("BOW", date(2007, 7, 11)), "JI": ("BOW", date(2007, 8, 1)),
    "VK": ("LAM", date(2007, 8, 29)), "TW": ("LAM", date(2007, 9, 19)),
}  # fmt: skip
_SYNTHETIC = ("assumed", "synthetic")
# the defect of a move in the middle of a month, long before all others
EARLY_MOVER, EARLY_MOVE_ON = "MD", date(2004, 2, 18)


def moves(*, defects: bool = False) -> pd.DataFrame:
    """Return a row for each borough: call_site_code, moved_on, status, source."""
    rows = {code: (*move, *_SYNTHETIC) for code, move in _ASSUMED.items()}
    for row in _published():
        moved_on = date.fromisoformat(row["valid_from"])
        site, status, source = row["call_site_code"], row["status"], row["source"]
        rows[row["bocu_code"]] = (site, moved_on, status, source)
    if defects:
        site = rows[EARLY_MOVER][0]
        rows[EARLY_MOVER] = (site, EARLY_MOVE_ON, *_SYNTHETIC)
    columns = ["call_site_code", "moved_on", "status", "source"]
    return pd.DataFrame.from_dict(rows, "index", columns=columns).sort_index()


def table(*, defects: bool = False) -> pd.DataFrame:
    """Return the reference table `bocu_call_site` with the demo's days in it."""
    rows = []
    for code, site, moved_on, *source in moves(defects=defects).itertuples(name=None):
        before = (moved_on - timedelta(days=1)).isoformat()
        emergency = ("emergency_999", parameters.EMERGENCY_SITE)
        other = ("non_emergency", parameters.OPERATOR_SITES[site])
        rows += [
            (code, _ANSWERING, *emergency, "", before, *source),
            (code, _ANSWERING, *other, "", before, *_SYNTHETIC),
            (code, _ANSWERING, "", site, moved_on.isoformat(), "", *source),
        ]
    columns = ["bocu_code", "function", "line_type", "call_site_code", "valid_from"]
    return pd.DataFrame(rows, columns=[*columns, "valid_to", "status", "source"])


def _published() -> list[dict]:
    """Return the rows of the shipped table that say when a borough moved."""
    frame = pd.read_csv(_PUBLISHED, dtype=str, keep_default_na=False)
    is_move = (frame["function"] == _ANSWERING) & (frame["status"] == "published")
    is_move &= frame["call_site_code"].isin(parameters.OPERATOR_SITES)
    is_move &= frame["valid_from"] != ""
    return frame[is_move].to_dict("records")
