"""One small whole file of each source: what enters the lake, and what it covers."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from kpis.errors import UserError
from kpis.ingest import lake
from tests.exports import (
    FACILITIES,
    adds_up,
    canonical,
    clocks,
    held,
    quarantined,
    save,
    save_mapping,
    take,
    values,
)


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(autouse=True)
def _facilities(data_dir):
    save(data_dir / "reference", FACILITIES, "facility.csv")


def whole(inbox, data_dir, source, days, made, content) -> tuple[dict, pd.DataFrame]:
    """Import a file whose name says everything; return its account and its rows."""
    name = f"{source}_{days}_extracted_{made}.csv"
    path = save(inbox, content, name)
    account = take(path, f"canonical_{source}", data_dir, extracted_at=None)
    assert adds_up(account)
    first, last = days.split("_to_")
    assert (account["covers_from"], account["covers_to"]) == (first, last)
    return account, held(data_dir, source)


def test_visits(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "front_counter_visits",
        "2004-03-01_to_2004-03-31",
        "2004-04-01T0200",
        "visit_id,facility_code,arrived_at,service_started_at,service_ended_at,"
        "left_before_service,visit_reason,recorded_by,grossing_factor\n"
        "1,co1,2004-03-01T09:00:00+00:00,2004-03-01T09:07:00+00:00,"
        "2004-03-01T09:20:00+00:00,false,bail_signing,ticket_system,\n"
        "2,Counter One,2004-03-28T02:10:00+01:00,,,true,advice,clerk_log,\n"
        "3,nowhere,2004-03-28T10:00:00+01:00,2004-03-28T09:00:00+01:00,,"
        "false,other,sample_count,7.5\n"
        "4,CO1,yesterday,,,true,advice,clerk_log,\n",
    )
    assert (account["accepted"], account["quarantined"]) == (3, 1)
    assert account["reasons"] == {"not_an_instant": 1}
    assert account["flags"] == {"unknown_code": 1, "service_before_arrival": 1}
    assert values(rows, "facility_code", "left_before_service") == [
        ("CO1", False),
        ("CO1", True),
        (None, False),
    ]
    assert clocks(rows, "service_started_at")[1:] == [None, None]
    assert [float(one) for one in rows["grossing_factor"].dropna()] == [7.5]
    (refused,) = quarantined(data_dir, account)
    assert refused["quarantined_line"] == "5"


def test_survey_responses(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "survey_responses",
        "2003-10-01_to_2003-12-31",
        "2004-01-20T0900",
        "response_id,survey_code,wave,interview_date,experience_date,mode,bocu_code,"
        "question_code,answer_code,weight\n"
        "1,USS,2003-Q4,2003-11-03,2003-09-01,telephone,Camden,uss_overall,2,0.85\n"
        "1,USS,2003-Q4,2003-11-03,2003-09-01,telephone,Camden,uss_action,98,0.85\n"
        "2,USS,2003-Q4,2003-11-04,2003-11-05,postal,QK,uss_overall,1,-1\n"
        "3,USS,2003-Q4,2003-11-04,,postal,QK,uss_overall,1,\n"
        "3,USS,2003-Q4,2003-11-04,,postal,QK,uss_nothing,1,1\n",
    )
    assert (account["accepted"], account["quarantined"]) == (3, 2)
    assert account["reasons"] == {"missing": 1, "unknown_code": 1}
    assert account["flags"] == {
        "experience_after_interview": 1,
        "weight_not_positive": 1,
    }
    assert values(rows, "response_id", "question_code", "answer_code", "bocu_code") == [
        ("1", "uss_overall", 2, "EK"),
        ("1", "uss_action", 98, "EK"),
        ("2", "uss_overall", 1, "QK"),
    ]
    assert rows["weight"].isna().tolist() == [False, False, True]
    assert rows["experience_date"].isna().tolist() == [False, False, True]


def test_workforce(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "workforce_monthly",
        "2004-02-01_to_2004-03-31",
        "2004-04-10T0900",
        "month,unit_code,staff_group,fte_actual,headcount,sickness_days_lost\n"
        "2004-02,Camden,response_officer,100.5,103,61.5\n"
        "2004-03,Camden,response_officer,104,103,62\n"
        "2004-03,LAM,call_handling_staff,310,330,-2\n"
        "2004-03,MPS,call_handling_staff,12,12,\n"
        "2004-03,LAM,call_handling_staff,310,330,-2\n"
        "2004-13,LAM,call_handling_staff,310,330,1\n",
    )
    assert (account["accepted"], account["duplicates"]) == (4, 1)
    assert account["reasons"] == {"not_a_month": 1}
    assert account["flags"] == {"fte_above_headcount": 1, "too_small": 1}
    assert values(rows, "month", "unit_code") == [
        (date(2004, 2, 1), "EK"),
        (date(2004, 3, 1), "EK"),
        (date(2004, 3, 1), "LAM"),
        (date(2004, 3, 1), "MPS"),
    ]
    assert rows["fte_actual"].isna().tolist() == [False, True, False, False]
    (record,) = lake.current(lake.read_manifest(data_dir))
    assert record["months"] == ["2004-02", "2004-03"]


def test_finance(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "finance_monthly",
        "2004-03-01_to_2004-03-31",
        "2004-04-30T1700",
        "entry_ref,month,unit_code,cost_centre_type,cost_type,actual,accrual,basis,"
        "period,is_reversal\n"
        "1,2004-03,IR,call_handling,basic_pay,118250.40,1500,outturn,12,false\n"
        "2,2004-03,IR,call_handling,basic_pay,-250.40,,outturn,13,true\n"
        "3,2004-03,IR,call_handling,overtime,-99.99,,outturn,11,false\n"
        "4,2004-03,,overhead,other,5,,guess,12,false\n",
    )
    assert (account["accepted"], account["reasons"]) == (3, {"not_in_list": 1})
    assert account["flags"] == {"negative_actual": 1, "period_and_month_disagree": 1}
    assert [None if pd.isna(one) else str(one) for one in rows["actual"]] == [
        "118250.400000",
        "-250.400000",
        None,
    ]


def test_patrol_hours(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "patrol_monthly",
        "2004-03-01_to_2004-03-31",
        "2004-04-10T0900",
        "month,bocu_code,role,patrol_hours_total,patrol_hours_single\n"
        "2004-03,Camden,response,900,120.5\n"
        "2004-03,Camden,ward,300,301\n"
        "2004-03,,ward,300,1\n",
    )
    assert (account["accepted"], account["reasons"]) == (2, {"missing": 1})
    assert account["flags"] == {"single_hours_above_total": 1}
    assert rows["patrol_hours_single"].isna().tolist() == [False, True]


def test_opening_hours(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "facility_hours_monthly",
        "2004-03-01_to_2004-03-31",
        "2004-04-10T0900",
        "month,facility_code,hours_advertised,hours_open,stops_scheduled,stops_kept\n"
        "2004-03,CO1,743,750,,\n"
        "2004-03,Mobile One,,,20,19\n"
        "2004-03,CO2,743,743,,\n",
    )
    assert (account["accepted"], account["reasons"]) == (2, {"unknown_code": 1})
    assert account["flagged"] == 0
    assert values(rows, "facility_code") == ["CO1", "MOB1"]


def test_activity(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "activity_annual",
        "2003-04-01_to_2004-03-31",
        "2004-06-01T0900",
        "financial_year,bocu_code,hours_frontline,hours_total,sample_fortnight\n"
        "2003/04,Camden,650,1000,2003-11-03\n"
        "2003/2004,QK,1001,1000,\n"
        "2003/05,SX,1,2,\n",
    )
    assert (account["accepted"], account["reasons"]) == (
        2,
        {"not_a_financial_year": 1},
    )
    assert account["flags"] == {"frontline_hours_above_total": 1}
    assert values(rows, "financial_year") == [date(2003, 4, 1)] * 2


def test_contacts_by_other_channels(inbox, data_dir):
    account, rows = whole(
        inbox,
        data_dir,
        "contacts_other_monthly",
        "2004-03-01_to_2004-03-31",
        "2004-04-10T0900",
        "month,channel,bocu_code,contacts\n"
        "2004-03,email,Camden,31\n"
        "2004-03,email,MPS,12\n"
        "2004-03,pigeon,MPS,1\n"
        "2004-03,letter,MPS,many\n",
    )
    assert (account["accepted"], account["reasons"]) == (3, {"not_in_list": 1})
    assert account["flags"] == {"not_a_whole_number": 1}
    assert values(rows, "bocu_code", "contacts") == [
        ("EK", 31),
        ("MPS", 12),
        ("MPS", None),
    ]


def test_a_mended_return_can_be_imported_from_its_quarantine(inbox, data_dir):
    content = (
        "financial_year,bocu_code,hours_frontline\n"
        "2003/04,Camden,1\n2003/04,Nowhere,2\n1999/2000,Brent,x\n"
    )
    first = take(save(inbox, content), "canonical_activity_annual", data_dir)
    (refused,) = quarantined(data_dir, first)
    assert (refused["financial_year"], refused["bocu_code"]) == ("2003/04", "Nowhere")
    path = data_dir / "quarantine" / f"{first['import_id']}.csv"
    mended = path.read_text(encoding="utf-8").replace("Nowhere", "Barnet")
    account = take(save(inbox, mended), "canonical_activity_annual", data_dir)
    assert (account["accepted"], account["covers_from"]) == (1, None)
    rows = held(data_dir, "activity_annual", account["import_id"])
    assert values(rows, "financial_year", "bocu_code") == [(date(2003, 4, 1), "SX")]


def test_a_month_s_rows_come_back_from_quarantine_as_they_were(inbox, data_dir):
    content = canonical("patrol_monthly", {}, {"bocu_code": "Nowhere"})
    account = take(save(inbox, content), "canonical_patrol_monthly", data_dir)
    (refused,) = quarantined(data_dir, account)
    assert refused["month"] == "2004-02"


# months or years of the rows, when the file was made, what it covers
PERIODS = {
    "whole months": (
        "patrol_monthly", ["2004-01", "2004-03"], "2004-04-20T09:00",
        ("2004-01-01", "2004-03-31"),
    ),
    "a month made on its last day": (
        "patrol_monthly", ["2004-03"], "2004-03-31T18:00", ("2004-03-01", "2004-03-30"),
    ),
    "a forecast of months to come": (
        "finance_monthly", ["2004-03", "2004-04", "2004-05"], "2004-04-10T09:00",
        ("2004-03-01", "2004-04-09"),
    ),
    "a forecast of months to come, and nothing of this one": (
        "finance_monthly", ["2004-03", "2004-05"], "2004-04-10T09:00",
        ("2004-03-01", "2004-03-31"),
    ),
    "nothing but a forecast": (
        "finance_monthly", ["2004-05"], "2004-04-10T09:00", (None, None),
    ),
    "a financial year": (
        "activity_annual", ["2003/04"], "2004-05-01T09:00",
        ("2003-04-01", "2004-03-31"),
    ),
    "a financial year before its end": (
        "activity_annual", ["2003/04"], "2004-02-01T09:00",
        ("2003-04-01", "2004-01-31"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PERIODS)
def test_a_return_covers_the_periods_of_its_rows(case, inbox, data_dir):
    source, of_rows, made, covers = PERIODS[case]
    name = "financial_year" if source == "activity_annual" else "month"
    content = canonical(source, *({name: one} for one in of_rows))
    account = take(
        save(inbox, content),
        f"canonical_{source}",
        data_dir,
        extracted_at=datetime.fromisoformat(made).replace(tzinfo=UTC),
    )
    assert (account["covers_from"], account["covers_to"]) == covers


RETURN = """\
title = "Patrol return"
source = "patrol_monthly"

[edition]
last_row = true

[columns]
month = { column = "Month", format = "%B %Y" }
bocu_code = { column = "Borough" }
role = { constant = "ward" }
patrol_hours_total = { column = "Hours" }
"""


def test_a_month_may_be_written_in_words(inbox, data_dir):
    save_mapping(data_dir, RETURN, "patrols")
    content = "Month,Borough,Hours\nFebruary 2004,Camden,5\nMars 2004,Camden,6\n"
    account = take(save(inbox, content), "patrols", data_dir, extracted_at=None)
    assert account["reasons"] == {"not_a_month": 1}
    assert values(held(data_dir, "patrol_monthly"), "month") == [date(2004, 2, 1)]
    # it cannot have been made before the end of its last month
    assert account["extracted_at"] == "2004-03-01T00:00:00+00:00"
    assert account["covers_to"] == "2004-02-29"


def test_a_return_can_be_declared_to_cover_the_month_it_was_made_in(inbox, data_dir):
    path = save(inbox, canonical("patrol_monthly", {}))
    made = {"extracted_at": datetime(2004, 3, 20, tzinfo=UTC)}
    march = (date(2004, 3, 1), date(2004, 3, 31))
    account = take(path, "canonical_patrol_monthly", data_dir, covers=march, **made)
    assert account["covers_to"] == "2004-03-31"
    beyond = (date(2004, 3, 1), date(2004, 4, 1))
    with pytest.raises(UserError, match="the last day that it can cover is 2004-03-31"):
        take(path, "canonical_patrol_monthly", data_dir, covers=beyond, **made)
