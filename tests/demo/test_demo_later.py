"""A demo of ten years: boroughs move to the call centres, grade P ends."""

from pathlib import Path

import pandas as pd
import pytest

from kpis import demo
from kpis.demo import centres
from kpis.demo.defects import LATE_POLICE_GRADES

CENTRES = ["LAM", "BOW", "HEN"]


@pytest.fixture(scope="module")
def paths(tmp_path_factory) -> list[Path]:
    inbox = tmp_path_factory.mktemp("later")
    return demo.write(inbox, scale=0.004, years=10, defects=True)


def read(paths: list[Path], source: str) -> pd.DataFrame:
    parts = [
        pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        for path in paths
        if path.name.startswith(f"{source}_20")
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def calls(paths) -> pd.DataFrame:
    calls = read(paths, "calls")
    utc = pd.to_datetime(calls["offered_at"], utc=True, format="ISO8601")
    waited = pd.to_datetime(calls["answered_at"], utc=True, format="ISO8601") - utc
    year = calls["offered_at"].str[:4].astype(int)
    year -= calls["offered_at"].str[5:7].astype(int) < 4
    left_after = pd.to_datetime(calls["ended_at"], utc=True, format="ISO8601") - utc
    hung_up = calls["outcome"].eq("abandoned") & (left_after <= pd.Timedelta("5s"))
    return calls.assign(waited=waited, year=year, has_hung_up=hung_up)


@pytest.fixture(scope="module")
def incidents(paths) -> pd.DataFrame:
    incidents = read(paths, "incidents")
    for name in ("created_at", "first_dispatched_at", "first_on_scene_at"):
        incidents[name] = pd.to_datetime(incidents[name], utc=True)
    return incidents


def test_calls_of_a_borough_go_to_its_centre_from_the_day_it_moves(calls):
    moves = centres.moves(defects=True)
    located = calls.dropna(subset="bocu_code")
    moved_on = located["bocu_code"].map(moves["moved_on"].astype(str))
    site = located["bocu_code"].map(moves["call_site_code"])
    has_moved = located["offered_at"].str[:10] >= moved_on
    assert (located["call_site_code"] == site)[has_moved].all()
    assert not located["call_site_code"].isin(CENTRES)[~has_moved].any()
    assert set(calls["call_site_code"][calls["offered_at"] >= "2008"]) == set(CENTRES)


@pytest.mark.parametrize(
    ("year", "published"), [(2004, 0.864), (2005, 0.851), (2006, 0.813)]
)
def test_999_calls_are_answered_as_published(calls, year, published):
    """Hansard, 21 Jul 2008."""
    own = calls[(calls["year"] == year) & (calls["line_type"] == "emergency_999")]
    own = own[~own["has_hung_up"]]
    in_time = own["waited"] <= pd.Timedelta(seconds=15)
    assert in_time.mean() == pytest.approx(published, abs=0.02)


def test_units_are_sent_sooner_from_a_centre(incidents):
    """29 s in the force, 16 s in boroughs that have moved (PPRC 12 May 2005)."""
    own = incidents[incidents["grade_first"].eq("I") & incidents["origin"].ne("police")]
    sent_after = own["first_dispatched_at"] - own["created_at"]
    is_early, is_late = own["created_at"] < "2004-02", own["created_at"] >= "2008"
    assert sent_after[is_early].mean().total_seconds() == pytest.approx(29, abs=2)
    assert sent_after[is_late].mean().total_seconds() == pytest.approx(16, abs=2)


def test_fewer_arrivals_are_missing_at_a_centre(incidents):
    own = incidents[incidents["origin"].ne("police") & incidents["duplicate_of"].isna()]
    own = own[own["created_at"] >= "2008"]
    missing = own["first_on_scene_at"].isna().groupby(own["grade_first"]).mean()
    assert missing["I"] == pytest.approx(0.03, abs=0.008)
    assert missing["S"] == pytest.approx(0.06, abs=0.012)


def test_grade_p_ends_in_april_2009_except_for_the_defect(incidents):
    later = incidents[incidents["created_at"] >= "2009-04-01T00:00+01:00"]
    is_police_grade = later["grade_first"] == "P"
    assert is_police_grade.sum() == LATE_POLICE_GRADES
    assert set(later["created_at"][is_police_grade].dt.strftime("%Y-%m")) == {"2009-05"}
    grades = later["grade_first"][later["origin"] == "police"].value_counts()
    assert grades.idxmax() == "R"


def test_victims_answer_on_seven_points_from_april_2004(paths):
    responses = read(paths, "survey_responses")
    victims = responses[responses["survey_code"] == "USS"]
    is_late = victims["interview_date"] >= "2004-04-01"
    scales = victims["scale_code"].groupby(is_late).unique()
    assert scales.map(list).to_dict() == {
        False: ["satisfaction_5"],
        True: ["satisfaction_7"],
    }
    answers = victims["answer_code"].astype(int)[is_late]
    assert set(answers[answers < 90]) == set(range(1, 8))


def test_the_centres_employ_fifteen_hundred_people(paths):
    rows = read(paths, "workforce_monthly")
    last = rows[
        rows["month"].eq("2009-01") & rows["staff_group"].str.startswith("call")
    ]
    assert set(last["unit_code"]) == set(CENTRES)
    posts = last["fte_establishment"].astype(float).sum()
    assert posts == pytest.approx(1_500, abs=5)
    moved = rows["transfers_out"].astype(int)[rows["month"] >= "2004-11"].sum()
    assert moved > 1_000
