"""What to doubt, in one line."""

import pandas as pd

from kpis.output import doubts


def finding(name: str, is_unreliable: bool) -> dict:
    return {"finding": name, "is_unreliable": is_unreliable}


def test_findings_that_make_figures_unreliable_are_counted_once_each():
    rows = [finding("fatal", True), finding("fatal", True), finding("small", False)]
    assert doubts.unreliable(pd.DataFrame(rows)) == 1


def test_one_absence_is_named_and_several_are_counted():
    day = pd.Timestamp("2003-05-01"), pd.Timestamp("2003-05-31")
    columns = ["source", "area", "missing_from", "missing_to", "looks_empty"]
    hendon, ledger = ("calls", "HEN", *day, False), ("finance_monthly", "", *day, False)
    one, two = (
        pd.DataFrame([hendon, ledger][:count], columns=columns) for count in (1, 2)
    )
    none = pd.DataFrame([finding("small", False)])
    spoilt = pd.DataFrame([finding("fatal", True)])
    names = {"HEN": "Hendon"}
    absence = "Hendon: calls for May 2003 have not arrived"
    assert doubts.in_words(one, none, names) == absence
    assert doubts.in_words(two, spoilt, names) == (
        "2 expected exports have not arrived · 1 finding makes figures unreliable"
    )
    assert doubts.in_words(one[:0], none, names) == ""


def test_areas_that_lack_the_same_days_are_one_absence():
    day = pd.Timestamp("2003-05-01"), pd.Timestamp("2003-05-31")
    columns = ["source", "area", "missing_from", "missing_to", "looks_empty"]
    rows = [("incidents", code, *day, True) for code in ("EK", "QK", "SX", "TX")]
    named = {"EK": "Camden", "QK": "Brent"}
    said = [
        doubts.absences(pd.DataFrame(some, columns=columns), named)
        for some in (rows[:2], rows)
    ]
    assert said == [
        ["Camden and Brent: incidents for May 2003 hold hardly a row"],
        ["4 areas: incidents for May 2003 hold hardly a row"],
    ]
