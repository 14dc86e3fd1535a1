"""The parts of a figure in words."""

import math

import pandas as pd

from kpis import formatting
from kpis.definitions import indicators
from kpis.output import part_table


def test_parts_of_an_amount_keep_the_decimal_that_the_figure_has():
    kpi = indicators.load()["fin_overtime_share"]
    assert kpi.measure.counts == "amounts"
    part = {"name": "staff", "value": 0.0314, "lower": math.nan, "upper": math.nan}
    found = pd.DataFrame([part | {"n": 3}])
    (row,) = part_table.in_words(found, kpi, ["staff"]).to_dict("records")
    # three rows of a return are no sample of three
    assert row["figure"] == formatting.figure(0.0314, "percent", 1e9) == "3.1\u202f%"
