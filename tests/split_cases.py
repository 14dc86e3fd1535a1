"""Changes between two periods, drawn as tables."""

from datetime import date

import numpy as np
import pandas as pd

from tests import tables

NAMES = ["numerator_before", "denominator_before", "numerator_after"]
NAMES += ["denominator_after"]

MAY, JUNE = (
    (date(2003, 5, 1), date(2003, 5, 31)),
    (date(2003, 6, 1), date(2003, 6, 30)),
)
# Brent is always in time in 9 of 10, Hounslow in 5 of 10; in June Hounslow has more
ROWS = """
times | created_at                | first_on_scene_at         | bocu_code | origin
90    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:05:00+01:00 | QK        | public
10    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:25:00+01:00 | QK        | public
50    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:05:00+01:00 | TX        | public
50    | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:25:00+01:00 | TX        | public
7     | 2003-05-02T10:00:00+01:00 | 2003-05-02T10:05:00+01:00 | TX        | police
90    | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:05:00+01:00 | QK        | public
10    | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:25:00+01:00 | QK        | public
150   | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:05:00+01:00 | TX        | public
150   | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:25:00+01:00 | TX        | public
20    | 2003-06-02T10:00:00+01:00 | 2003-06-02T10:25:00+01:00 | -         | public
"""

# each part falls while the whole rises
SIMPSON = """
    group    | n0  | d0  | n1  | d1
    Bromley  | 500 | 900 | 50  | 100
    Hounslow | 90  | 100 | 780 | 900
"""

# 71.0 and 72.8 percent from the same paper
REACHED = """
    group       | n0   | d0   | n1   | d1
    Hounslow    | 1769 | 3050 | 1769 | 3050
    Bromley     | 1550 | 2500 | 1550 | 2500
    Westminster | 2025 | 2500 | 2025 | 2500
    Kensington  | 1756 | 1950 | 1756 | 1950
"""


def parts(text: str) -> pd.DataFrame:
    """Groups drawn as a table: group | n before | d before | n after | d after."""
    frame = pd.DataFrame(tables.read(text))
    frame.columns = ["group", *NAMES]
    frame[NAMES] = frame[NAMES].replace("", np.nan).astype(float)
    return frame
