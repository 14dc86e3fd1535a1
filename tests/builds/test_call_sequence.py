"""What follows a call: who is left out is counted, who rings all day is seen."""

from datetime import date

import pandas as pd
import pytest

from kpis import pipeline
from kpis.analysis import breakdown
from kpis.results import opened_build
from tests.tables import Force, cell

REPEATS, RESOLVED = "ops_repeat_contact_rate", "cust_first_contact_resolution"
TOLD = "cust_expectation_given_rate"
JUNE = date(2003, 6, 1), date(2003, 6, 30)
HEADER = (
    "call_id | caller_hash | offered_at | answered_at | disposition | incident_ref "
    "| contact_reason | resolved_first_contact | expectation_given | bocu_code"
)
CHRONIC = "chroniccaller0000"


def call(key: str, caller: str, at: str, said: str = "-") -> str:
    return (
        f"{key} | {caller} | {at}:00+01:00 | {at}:05+01:00 | incident_created "
        f"| i{key} | new_request | {said} | {said} | QK"
    )


def members(one: opened_build.Build, kpi_id: str, dimension: str) -> pd.DataFrame:
    found = breakdown.by_dimension(one, kpi_id, "QK", *JUNE, dimension)
    return found.set_index("member")


def test_callers_who_cannot_be_followed_are_counted_and_have_no_figure(tmp_path):
    rows = [call(f"w{n}", "-", f"2003-06-05T10:{n:02}", "true") for n in range(3)]
    rows += [call(f"m{n}", f"unsaid{n}0000000000", "2003-06-06T10:00") for n in (1, 2)]
    rows += [call("a", "acaller0000000000", "2003-06-07T10:00", "true")]
    force = Force(tmp_path)
    force.receives("calls", "\n".join([HEADER, *rows]))
    with force.build() as one:
        by_number = members(one, REPEATS, "caller_number")
        assert by_number["n"].to_dict() == {"known": 3, "withheld": 3}
        assert by_number["value"].dropna().to_dict() == {"known": 0}
        withheld = members(one, RESOLVED, "caller_number")["n"]
        assert withheld.to_dict() == {"known": 1, "withheld": 3}
        for kpi_id, unsaid in ((RESOLVED, 2), (TOLD, 2)):
            by_word = members(one, kpi_id, "assertion")
            assert by_word.loc["missing", "n"] == unsaid
            assert by_word["value"].dropna().index.tolist() == ["recorded"]


def test_one_caller_with_nine_hundred_calls_is_seen(tmp_path):
    rows = [
        call(f"c{n}", CHRONIC, f"2003-06-{n % 30 + 1:02}T{n // 60:02}:{n % 60:02}")
        for n in range(900)
    ]
    # the same incident all month, by someone who will not stop
    rows = [row.replace(f"| ic{n} |", "| i1 |") for n, row in enumerate(rows)]
    rows += [
        call(f"o{n}", f"other{n:05}0000000", "2003-06-09T10:00") for n in range(100)
    ]
    force = Force(tmp_path)
    force.receives("calls", "\n".join([HEADER, *rows]))
    with force.build() as one:
        assert cell(one, REPEATS, "QK", "2003-06")["numerator"] == 899
        found = members(one, REPEATS, "calls_of_caller")
        assert found["n"].to_dict() == {"1": 100, "50 or more": 900}
        assert found["numerator"].to_dict() == {"1": 0, "50 or more": 899}


@pytest.mark.parametrize("later", ["2003-06-30T23:59", "2003-07-01T00:00"])
def test_a_later_call_is_seen_whichever_month_it_is_built_with(tmp_path, later):
    force = Force(tmp_path)
    first = call("a", "acaller0000000000", "2003-06-20T10:00", "true")
    force.receives("calls", f"{HEADER}\n{first}", covers="2003-06")
    pipeline.build(force.data_dir)
    again = call("b", "acaller0000000000", later).replace("| ib |", "| ia |")
    force.receives("calls", f"{HEADER}\n{again}", covers="2003-07")
    with force.build() as one:
        assert cell(one, RESOLVED, "QK", "2003-06")["numerator"] == 0
