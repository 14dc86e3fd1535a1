"""The demo force's counters, surveys, people and money have the published levels."""

import numpy as np
import pandas as pd
import pytest

from kpis import demo, settings

SCALE, YEARS = 0.02, 4
SOURCES = (
    "incidents", "front_counter_visits", "survey_responses", "workforce_monthly",
    "finance_monthly", "patrol_monthly", "facility_hours_monthly",
    "contacts_other_monthly", "activity_annual",
)  # fmt: skip
CALL_HANDLING = ["call_handling_staff", "call_handling_officer"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    demo.write_reference(home, seed=2004)
    demo.write(home / "inbox", scale=SCALE, years=YEARS)
    return home


@pytest.fixture(scope="module")
def sources(home) -> dict[str, pd.DataFrame]:
    """Every source but the calls: numbers as numbers, the rest as text."""
    return {source: read(home, source) for source in SOURCES}


def read(home, source: str) -> pd.DataFrame:
    files = sorted((home / "inbox").glob(f"{source}_20*"))
    names = ("response_id", "incident_ref", "duplicate_of", "facility_code")
    text = dict.fromkeys(names, str)
    parts = [
        pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])
        for path in files
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def visits(sources) -> pd.DataFrame:
    """Visits with their instants in London and the minutes waited."""
    visits = sources["front_counter_visits"].copy()
    for name in ("arrived_at", "service_started_at", "service_ended_at"):
        utc = pd.to_datetime(visits[name], utc=True)
        visits[name] = utc.dt.tz_convert("Europe/London")
    waited = visits["service_started_at"] - visits["arrived_at"]
    return visits.assign(minutes=waited.dt.total_seconds() / 60)


@pytest.fixture(scope="module")
def answers(sources) -> pd.DataFrame:
    """Valid answers and whether they are satisfied, on the scales before 2004."""
    answers = sources["survey_responses"]
    answers = answers[answers["answer_code"] < 90]
    return answers.assign(is_satisfied=answers["answer_code"] <= 2)


def satisfied(answers: pd.DataFrame) -> float:
    weighted = answers["weight"] * answers["is_satisfied"]
    return weighted.sum() / answers["weight"].sum()


def financial_year(months: pd.Series) -> pd.Series:
    year, month = months.str[:4].astype(int), months.str[5:7].astype(int)
    return year - (month < 4)


def open_minutes(home, visits: pd.DataFrame) -> pd.DataFrame:
    """First and last minute of the opening hours in force at each visit."""
    hours = pd.read_csv(home / "reference" / "facility_opening_hours.csv", dtype=str)
    events = pd.read_csv(settings.REFERENCE / "calendar_event.csv", dtype=str)
    holidays = events["valid_from"][events["kind"] == "bank_holiday"]
    day = visits["arrived_at"].dt.strftime("%Y-%m-%d")
    kind = visits["arrived_at"].dt.day_of_week + 1
    at = pd.DataFrame(
        {
            "facility_code": visits["facility_code"],
            "weekday": kind.where(~day.isin(holidays), 8).astype(str),
        }
    )
    found = at.merge(hours, on=["facility_code", "weekday"], how="left")
    return pd.DataFrame(
        {
            name: found[name].str[:2].astype(float) * 60
            + found[name].str[3:].astype(int)
            for name in ("opens", "closes")
        }
    )


def test_times_of_a_visit_are_in_order(visits):
    has_left = visits["left_before_service"]
    assert not (visits["service_started_at"] < visits["arrived_at"]).any()
    assert not (visits["service_ended_at"] < visits["service_started_at"]).any()
    assert (visits["service_started_at"].isna() == has_left).all()
    assert ((visits["outcome"] == "left") == has_left).all()
    assert not visits["visit_id"].duplicated().any()


def test_no_one_comes_while_the_doors_are_shut(home, visits):
    minute = visits["arrived_at"].dt.hour * 60 + visits["arrived_at"].dt.minute
    doors = open_minutes(home, visits)
    assert (minute >= doors["opens"]).all()
    assert (minute < doors["closes"]).all()


def test_counters_are_as_busy_as_published(visits):
    assert len(visits) == pytest.approx(YEARS * 900_000 * SCALE, rel=0.03)
    reports = visits["visit_reason"].isin(["report_crime", "report_collision"])
    assert reports.mean() == pytest.approx(0.25, abs=0.01)
    a_day = visits.groupby("facility_code").size() / (YEARS * 365.25 * SCALE)
    assert len(a_day) == 140
    assert a_day.max() == pytest.approx(120, rel=0.1)
    assert (a_day < 5).mean() == pytest.approx(0.20, abs=0.03)


def test_visitors_wait_and_leave_as_assumed(visits):
    minutes = visits["minutes"].dropna()
    assert (minutes <= 10).mean() == pytest.approx(0.72, abs=0.015)
    assert (minutes <= 15).mean() == pytest.approx(0.85, abs=0.015)
    assert visits["left_before_service"].mean() == pytest.approx(0.04, abs=0.005)
    by_clerk = visits["recorded_by"] == "clerk_log"
    at_five = visits["arrived_at"].dt.minute % 5 == 0
    assert at_five[by_clerk].mean() > 0.45
    assert at_five[~by_clerk].mean() < 0.22


def test_a_visit_about_progress_names_an_earlier_incident_in_the_borough(
    home, sources, visits
):
    facilities = pd.read_csv(home / "reference" / "facility.csv")
    chasing = visits.dropna(subset="incident_ref").merge(
        facilities[["facility_code", "bocu_code"]], on="facility_code"
    )
    known = chasing.merge(
        sources["incidents"], on="incident_ref", how="left", suffixes=("", "_incident")
    )
    assert len(known) > 1000
    assert set(known["visit_reason"]) == {"progress_chase"}
    created_at = pd.to_datetime(known["created_at"], utc=True)
    assert (created_at < known["arrived_at"] + pd.Timedelta(minutes=5)).all()
    located = known.dropna(subset="bocu_code_incident")
    assert located["bocu_code"].eq(located["bocu_code_incident"]).all()


LEVELS = [
    ("c999_answer_time", None, ["2003-Q3", "2003-Q4"], 0.857),
    ("c999_action", None, ["2000-Q2", "2000-Q3"], 0.78),
    ("c999_action", None, ["2003-Q2", "2003-Q3"], 0.728),
    ("fcs_overall", None, ["2000-Q2", "2000-Q3"], 0.72),
    ("uss_overall", "violent_crime", ["2000-Q2", "2000-Q3"], 0.76),
    ("uss_overall", "burglary", ["2000-Q2", "2000-Q3"], 0.84),
    ("uss_overall", "rtc", ["2000-Q2", "2000-Q3"], 0.91),
    ("pas_confidence_good_job", None, ["2003-Q2", "2003-Q3", "2003-Q4"], 0.49),
]


@pytest.mark.parametrize(("question", "group", "waves", "published"), LEVELS)
def test_people_are_as_satisfied_as_published(
    answers, question, group, waves, published
):
    """PSPM 14 Nov 2000, report 5; PPRC 12 Feb 2004, report 15; BCS 2003/04."""
    own = answers[(answers["question_code"] == question) & answers["wave"].isin(waves)]
    if group:
        own = own[own["respondent_group"] == group]
    # Two and a half standard errors with the design effect of the weights.
    error = 2.5 * np.sqrt(1.2 * published * (1 - published) / len(own))
    assert satisfied(own) == pytest.approx(published, abs=error)


def test_surveys_have_their_published_sizes(sources):
    people = sources["survey_responses"].drop_duplicates(
        ["survey_code", "wave", "response_id"]
    )
    sizes = people.groupby(["survey_code", "wave"]).size()
    assert set(sizes["C999"]) == {1_200}
    assert sizes["FCS"].to_dict() == dict.fromkeys(
        ["2000-Q2", "2000-Q3", "2000-Q4", "2001-Q1"], 870
    )
    assert sizes["USS"]["2000-Q2"] == 1_835
    assert sizes["USS"]["2004-Q1"] == 2_400
    autumns = ["2000-autumn", "2001-autumn"]
    assert (sizes["PAS"][autumns] == 4_000).all()
    assert set(sizes["PAS"].drop(autumns)) == {3_200}
    assert len(sizes["PAS"]) == 2 + 8
    residents = people[people["wave"].eq("2003-Q1") & people["survey_code"].eq("PAS")]
    assert set(residents.groupby("bocu_code").size()) == {100}


def test_an_interview_follows_its_experience_by_six_to_twelve_weeks(sources):
    responses = sources["survey_responses"]
    about = responses.dropna(subset="experience_date")
    lag = pd.to_datetime(about["interview_date"]) - pd.to_datetime(
        about["experience_date"]
    )
    assert lag.min() == pd.Timedelta(weeks=6)
    assert lag.max() == pd.Timedelta(weeks=12)
    # Before that day another scale was used.
    assert about["experience_date"].min() == "2000-04-01"
    assert set(responses["survey_code"][responses["experience_date"].isna()]) == {"PAS"}


def test_weights_are_around_one_and_scales_fit_the_time(sources):
    responses = sources["survey_responses"]
    by_wave = responses.groupby(["survey_code", "wave"])["weight"]
    assert by_wave.mean().sub(1).abs().max() < 0.0001
    assert (by_wave.max() / by_wave.min()).max() < 25
    by_question = responses.groupby("question_code")["scale_code"].unique()
    assert set(by_question.pop("pas_confidence_good_job")) == {"good_job_4"}
    assert {tuple(scales) for scales in by_question} == {("satisfaction_5",)}
    assert responses["ethnicity_group"].eq("not_stated").mean() == pytest.approx(
        0.06, abs=0.005
    )


def test_victims_of_racist_incidents_are_less_satisfied(answers):
    own = answers[answers["question_code"] == "uss_overall"]
    own = own[own["interview_date"] >= "2002-04-01"]
    is_racist = own["respondent_group"] == "racist_incident"
    gap = satisfied(own[~is_racist]) - satisfied(own[is_racist])
    assert 0.04 < gap < 0.10


def test_people_keep_the_rules_of_the_return(sources):
    rows = sources["workforce_monthly"]
    assert (rows["fte_actual"] <= rows["headcount"]).all()
    assert not (rows["probationer_fte"] > rows["fte_actual"]).any()
    assert (rows["sickness_days_lost"] <= 23 * rows["fte_actual"]).all()
    assert (rows["training_complete_headcount"] <= rows["headcount"]).all()
    assert not rows.duplicated(["month", "unit_code", "staff_group"]).any()
    before = rows.groupby(["unit_code", "staff_group"])["headcount"].shift()
    came = rows["joiners"] - rows["leavers"] - rows["transfers_out"]
    assert (before + came == rows["headcount"])[before.notna()].all()


def test_staff_numbers_are_as_published(sources):
    rows = sources["workforce_monthly"]
    handling = rows[rows["staff_group"].isin(CALL_HANDLING)]
    posts = handling.groupby(["month", "unit_code"])["fte_establishment"].sum()
    assert posts["2003-04"].sum() == pytest.approx(1_800, abs=15)
    sites = ["IR", "TOC1", "TOC2", "TOC3"]
    assert posts["2003-04"].drop(sites).between(30, 70).all()
    lost = rows["sickness_days_lost"].groupby(rows["staff_group"]).sum()
    days = lost / (rows["fte_actual"].groupby(rows["staff_group"]).sum() / 12)
    assert days["response_officer"] == pytest.approx(9, abs=0.6)
    assert days["call_handling_staff"] == pytest.approx(12, abs=0.8)
    staff = rows[rows["staff_group"] == "call_handling_staff"]
    turnover = staff["leavers"].sum() / (staff["headcount"].sum() / 12)
    assert turnover == pytest.approx(0.14, abs=0.03)
    vacancy = 1 - staff["fte_actual"].sum() / staff["fte_establishment"].sum()
    assert vacancy == pytest.approx(0.08, abs=0.015)


def test_probationers_grow_from_a_fifth_to_nearly_a_third(sources):
    """BBC, 12 Feb 2004: 1 in 5 to nearly 1 in 3 in twenty months."""
    rows = sources["workforce_monthly"]
    response = rows[rows["staff_group"] == "response_officer"].groupby("month")
    share = response["probationer_fte"].sum() / response["fte_actual"].sum()
    assert share["2002-06"] == pytest.approx(0.20, abs=0.015)
    assert share["2004-02"] == pytest.approx(0.32, abs=0.015)


def test_call_handling_costs_are_as_published(sources):
    """GBP 95m a year (MPA 10 May 2001, report 10), without capital charges."""
    entries = sources["finance_monthly"]
    own = entries[
        entries["cost_centre_type"].isin(["call_handling", "control_room"])
        & (entries["cost_type"] != "capital_charge")
    ]
    cost = (own["actual"] + own["accrual"]).groupby(financial_year(own["month"])).sum()
    assert (cost / SCALE).to_numpy() == pytest.approx(95_000_000, rel=0.02)
    pay = own[own["cost_type"].isin(["basic_pay", "overtime", "allowances"])]
    assert pay["actual"].sum() / cost.sum() == pytest.approx(72 / 95, abs=0.01)


def test_the_ledger_keeps_its_rules(sources):
    entries = sources["finance_monthly"]
    amounts = entries[["budget_profiled", "actual", "accrual"]]
    assert ((amounts < 0).any(axis="columns") == entries["is_reversal"]).all()
    assert not entries["entry_ref"].duplicated().any()
    month = entries["month"].str[5:].astype(int)
    assert (entries["period"] == (month - 4) % 12 + 1)[entries["period"] < 13].all()
    assert set(month[entries["period"] == 13]) == {3}
    # An accrual is reversed a month later, to the penny.
    accruals = entries.groupby("month")["accrual"]
    accrued = accruals.agg(lambda amounts: amounts[amounts > 0].sum())
    taken_back = accruals.agg(lambda amounts: amounts[amounts < 0].sum())
    assert (accrued.shift() + taken_back).abs().max() < 0.01


def test_returns_have_the_assumed_levels(sources):
    patrol = sources["patrol_monthly"].groupby("role")
    single = patrol["patrol_hours_single"].sum() / patrol["patrol_hours_total"].sum()
    assert single["response"] == pytest.approx(0.15, abs=0.03)
    assert single["ward"] == pytest.approx(0.40, abs=0.03)
    hours = sources["facility_hours_monthly"].sum(numeric_only=True)
    assert hours["hours_open"] / hours["hours_advertised"] == pytest.approx(
        0.96, abs=0.005
    )
    assert hours["stops_kept"] / hours["stops_scheduled"] == pytest.approx(
        0.88, abs=0.02
    )
    activity = sources["activity_annual"]
    assert set(activity["financial_year"]) == {"2003/04"}
    # Hansard, 10 Dec 2007.
    frontline = activity["hours_frontline"].sum() / activity["hours_total"].sum()
    assert frontline == pytest.approx(0.650, abs=0.001)


def test_advertised_hours_allow_for_the_days_of_23_and_25_hours(home, sources):
    hours = sources["facility_hours_monthly"].set_index(["month", "facility_code"])
    opening = pd.read_csv(home / "reference" / "facility_opening_hours.csv")
    always = opening["facility_code"][opening["closes"] == "24:00"].iloc[0]
    advertised = hours["hours_advertised"]
    assert advertised["2003-03", always] == 31 * 24 - 1
    assert advertised["2003-10", always] == 31 * 24 + 1


def test_other_contacts_come_by_every_channel_from_every_borough(sources):
    contacts = sources["contacts_other_monthly"]
    by_channel = contacts.groupby("channel")["bocu_code"].nunique()
    assert by_channel.to_dict() == {
        "online": 33, "email": 33, "letter": 33, "one_stop_shop": 32,
        "mobile_station": 32,
    }  # fmt: skip
    last = contacts[financial_year(contacts["month"]) == 2003]
    letters = last["contacts"][last["channel"] == "letter"].sum()
    assert letters == pytest.approx(150_000 * SCALE, rel=0.05)


def test_every_facility_of_an_export_is_in_the_reference_table(home, sources):
    facilities = pd.read_csv(home / "reference" / "facility.csv")
    known = facilities.set_index("facility_code")
    counters = set(sources["front_counter_visits"]["facility_code"])
    assert known.loc[sorted(counters), "has_front_counter"].all()
    assert set(sources["finance_monthly"]["facility_code"].dropna()) == counters
    assert set(sources["facility_hours_monthly"]["facility_code"]) == set(known.index)
    kinds = known["facility_type"].value_counts()
    assert kinds.to_dict() == {
        "police_station": 140, "one_stop_shop": 32, "mobile_police_station": 11,
    }  # fmt: skip
    assert set(known["source"]) == {"synthetic"}
    assert not known["name"].duplicated().any()


def test_a_standard_for_counters_is_added_to_the_shipped_standards(home):
    shipped, own = (
        (place / "standards.csv").read_text(encoding="utf-8").splitlines()
        for place in (settings.REFERENCE, home / "reference")
    )
    assert own[:-1] == shipped
    assert own[-1] == "counter,MPS,900,,,local,synthetic: the demo force's own"
