"""The demo force keeps every rule of its exports and has the published levels."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from kpis import demo, settings
from kpis.definitions import contracts
from kpis.demo import parameters

SCALE = 0.05
TWELVE_MINUTES = pd.Timedelta(minutes=12)
SILENT = ("silent_or_misdial", "hoax", "no_policing_purpose")

MONTHLY = {
    "workforce_monthly", "finance_monthly", "patrol_monthly", "facility_hours_monthly",
    "contacts_other_monthly",
}  # fmt: skip


class Force(NamedTuple):
    """All rows as text, and the instants among them in UTC under the same names."""

    paths: list[Path]
    calls: pd.DataFrame
    incidents: pd.DataFrame
    figures: pd.DataFrame
    call_times: pd.DataFrame
    incident_times: pd.DataFrame


@pytest.fixture(scope="module")
def force(tmp_path_factory) -> Force:
    paths = demo.write(tmp_path_factory.mktemp("demo"), scale=SCALE, years=2)
    calls, incidents, figures = (
        read(paths, source) for source in ("calls", "incidents", "published_figures")
    )
    return Force(paths, calls, incidents, figures, times(calls), times(incidents))


def read(paths: list[Path], source: str) -> pd.DataFrame:
    parts = [
        pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
        for path in paths
        if path.name.startswith(f"{source}_20")
    ]
    return pd.concat(parts, ignore_index=True)


def source_of(path: Path) -> str:
    return path.name.split("_20")[0]


def times(frame: pd.DataFrame) -> pd.DataFrame:
    instants = frame[[name for name in frame if name.endswith("_at")]]
    return instants.apply(
        lambda text: pd.to_datetime(text, format="%Y-%m-%dT%H:%M:%S%z", utc=True)
    )


def financial_year(instants: pd.Series) -> pd.Series:
    shown = instants.dt.tz_convert("Europe/London")
    return shown.dt.year - (shown.dt.month < 4)


def extracted_at(instants: pd.Series) -> pd.Series:
    """The instant at which the file of each row was extracted."""
    year = financial_year(instants)
    return year.map(
        {each: pd.Timestamp(f"{each + 1}-04-01T03:00+01:00") for each in year.unique()}
    ).dt.tz_convert("UTC")


def hashes(directory: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.iterdir())
    }


def test_the_same_arguments_give_the_same_bytes_in_any_process(tmp_path):
    demo.write(tmp_path / "here", scale=0.001, years=1, seed=7)
    program = (
        "import sys; from pathlib import Path; from kpis import demo; "
        "demo.write(Path(sys.argv[1]), scale=0.001, years=1, seed=7)"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "there")],
        cwd=settings.PROJECT,
        env=os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"},
        check=True,
    )
    assert hashes(tmp_path / "here") == hashes(tmp_path / "there")


def test_another_seed_changes_every_file(tmp_path):
    demo.write(tmp_path / "one", scale=0.001, years=1, seed=7)
    demo.write(tmp_path / "other", scale=0.001, years=1, seed=8)
    one, other = hashes(tmp_path / "one"), hashes(tmp_path / "other")
    assert one.keys() == other.keys()
    assert not set(one.values()) & set(other.values())


def test_busy_sources_have_a_file_a_year_and_the_others_one_file(force):
    whole = "2002-04-01_to_2004-03-31_extracted_2004-04-01T0300.csv"
    yearly = [
        "2002-04-01_to_2003-03-31_extracted_2003-04-01T0300.csv",
        "2003-04-01_to_2004-03-31_extracted_2004-04-01T0300.csv",
    ]
    busy = ("calls", "incidents", "front_counter_visits")
    names = [f"{source}_{each}" for source in busy for each in yearly]
    small = {"published_figures", "survey_responses", *MONTHLY}
    names += [f"{source}_{whole}" for source in small]
    # The analysis of activity began in 2003/04.
    names += [f"activity_annual_{yearly[1]}"]
    assert sorted(path.name for path in force.paths) == sorted(names)


@pytest.mark.parametrize(
    ("years", "first", "last"), [(1, 2003, 2003), (4, 2000, 2003), (5, 2000, 2004)]
)
def test_the_demo_ends_in_2004_unless_it_has_more_than_four_years(years, first, last):
    assert list(parameters.financial_years(years)) == list(range(first, last + 1))


def test_each_file_holds_the_days_in_its_name(force):
    happened = {
        "calls": "offered_at",
        "incidents": "created_at",
        "front_counter_visits": "arrived_at",
    }
    busy = [path for path in force.paths if source_of(path) in happened]
    for path in busy:
        first, _, last = path.name.removeprefix(f"{source_of(path)}_").split("_")[:3]
        instant = happened[source_of(path)]
        days = pd.read_csv(path, dtype=str)[instant].str[:10]
        assert (days.min(), days.max()) == (first, last)
        assert days.nunique() == (366 if last.startswith("2004") else 365)


def test_columns_match_the_contracts(force):
    for path in force.paths:
        source = source_of(path)
        with path.open(encoding="utf-8") as lines:
            header = lines.readline().rstrip("\n").split(",")
        # An extra number that is not in the contract.
        own = ["figure_id"] if source == "published_figures" else []
        assert header == [*own, *contracts.load(source).columns], source


@pytest.mark.parametrize("source", ["calls", "incidents"])
def test_every_instant_carries_the_offset_of_london(force, source):
    shown = force.call_times if source == "calls" else force.incident_times
    for name in shown:
        text = getattr(force, source)[name].dropna()
        there = shown.loc[text.index, name].dt.tz_convert("Europe/London")
        written = pd.to_datetime(text.str[:19], format="%Y-%m-%dT%H:%M:%S")
        assert (written == there.dt.tz_localize(None)).all(), name
        assert text.str[19:].isin(["+00:00", "+01:00"]).all(), name


def test_the_night_of_25_hours_has_its_second_hour_twice(force):
    night = force.calls["offered_at"][
        force.calls["offered_at"].str[:13] == "2003-10-26T01"
    ]
    assert set(night.str[19:]) == {"+01:00", "+00:00"}
    assert force.call_times.loc[night.index, "offered_at"].is_monotonic_increasing


def test_the_night_of_23_hours_has_no_second_hour(force):
    hours = set(force.calls["offered_at"].str[:13])
    assert "2003-03-30T01" not in hours
    assert {"2003-03-30T00", "2003-03-30T02"} <= hours


CALL_RULES = {
    "ids are unique": lambda c, t: ~c["call_id"].duplicated(),
    "offered before answered": lambda c, t: ~(t["answered_at"] < t["offered_at"]),
    "answered before ended": lambda c, t: ~(t["ended_at"] < t["answered_at"]),
    "every call ends after its offer": lambda c, t: t["ended_at"] >= t["offered_at"],
    "answered exactly when the outcome says so": lambda c, t: (
        t["answered_at"].notna() == (c["outcome"] == "answered")
    ),
    "a disposition exactly when answered": lambda c, t: (
        c["disposition"].notna() == (c["outcome"] == "answered")
    ),
    "an incident exactly when created or linked": lambda c, t: (
        c["incident_ref"].notna()
        == c["disposition"].isin(["incident_created", "linked_incident"])
    ),
    "no wait that would be flagged": lambda c, t: (
        t["answered_at"].fillna(t["ended_at"]) - t["offered_at"]
        <= pd.to_timedelta(
            c["line_type"].map({"emergency_999": 600, "non_emergency": 3600}), "s"
        )
    ),
    "a parent exactly on a second leg": lambda c, t: (
        c["parent_call_id"].notna() == (c["stage"] == "secondary")
    ),
    "999 calls come to the information room": lambda c, t: (
        (c["call_site_code"] == "IR") == (c["line_type"] == "emergency_999")
    ),
    "no place without a matter": lambda c, t: (
        c["bocu_code"].isna()
        | (c["disposition"].notna() & ~c["disposition"].isin(SILENT))
    ),
    "only unanswered or silent first calls have an unknown origin": lambda c, t: (
        (c["origin"] == "unknown")
        == (
            (c["disposition"].isna() & (c["stage"] == "primary"))
            | (c["disposition"] == "silent_or_misdial")
        )
    ),
    "told what to expect exactly with a new incident": lambda c, t: (
        c["expectation_given"].notna() == (c["disposition"] == "incident_created")
    ),
    "true, false or empty": lambda c, t: (
        c[["resolved_first_contact", "avoidable_contact", "interpreter_used"]]
        .isin(["true", "false", float("nan")])
        .all(axis="columns")
    ),
    "nothing after the extraction": lambda c, t: (
        t.max(axis="columns") <= extracted_at(t["offered_at"])
    ),
}


@pytest.mark.parametrize("rule", CALL_RULES)
def test_every_call_keeps(force, rule):
    keeps = CALL_RULES[rule](force.calls, force.call_times)
    assert keeps.all(), force.calls[~keeps].head().T.to_string()


INCIDENT_RULES = {
    "refs are unique": lambda i, t: ~i["incident_ref"].duplicated(),
    "the ref begins with the local day": lambda i, t: (
        i["incident_ref"].str[:8] == i["created_at"].str[:10].str.replace("-", "")
    ),
    "dispatched after created": lambda i, t: (
        ~(t["first_dispatched_at"] < t["created_at"])
    ),
    "on scene after created": lambda i, t: ~(t["first_on_scene_at"] < t["created_at"]),
    "on scene after dispatched, but for police": lambda i, t: (
        ~(t["first_on_scene_at"] < t["first_dispatched_at"]) | (i["origin"] == "police")
    ),
    "closed last": lambda i, t: (
        ~(
            t["closed_at"]
            < t.drop(columns=["closed_at", "appointment_at"]).max(axis="columns")
        )
    ),
    "I and S within a day": lambda i, t: (
        ~(t["first_on_scene_at"] - t["created_at"] > pd.Timedelta(hours=24))
        | ~i["grade_first"].isin(["I", "S"])
    ),
    "a unit that arrives was assigned": lambda i, t: (
        t["first_on_scene_at"].isna() | (i["units_assigned"].astype(float) >= 1)
    ),
    "an arrival has a source": lambda i, t: (
        i["arrival_source"].notna() == t["first_on_scene_at"].notna()
    ),
    "unchanged grades are the same": lambda i, t: (
        (i["grade_change_count"] == "0")
        == ((i["grade_first"] == i["grade_final"]) & t["regraded_at"].isna())
    ),
    "police and duplicates keep their grade": lambda i, t: (
        (i["grade_change_count"] == "0")
        | ((i["origin"] != "police") & i["duplicate_of"].isna())
    ),
    "duplicates are resolved as duplicates": lambda i, t: (
        i["duplicate_of"].notna() == (i["resolution"] == "duplicate")
    ),
    "attendance for all but R and duplicates": lambda i, t: (
        (i["attendance_required"] == "true")
        == ((i["grade_final"] != "R") & i["duplicate_of"].isna())
    ),
    "no one arrives who is not required": lambda i, t: (
        (i["attendance_required"] == "true") | t["first_on_scene_at"].isna()
    ),
    "P is opened by police": lambda i, t: (
        (i["grade_first"] != "P") | (i["origin"] == "police")
    ),
    "appointments only for E": lambda i, t: (
        t["appointment_at"].isna() | (i["grade_first"] == "E")
    ),
    "resolved exactly when closed": lambda i, t: (
        i["resolution"].notna() == t["closed_at"].notna()
    ),
    "a grade at target only once the clock ran out": lambda i, t: (
        i["grade_at_target"].isna()
        | (
            t["closed_at"].fillna(extracted_at(t["created_at"])) - t["created_at"]
            >= pd.to_timedelta(
                i["grade_first"].map({"I": 720, "S": 3600, "E": 172800}), "s"
            )
        )
    ),
    "nothing after the extraction": lambda i, t: (
        t.max(axis="columns") <= extracted_at(t["created_at"])
    ),
}


@pytest.mark.parametrize("rule", INCIDENT_RULES)
def test_every_incident_keeps(force, rule):
    keeps = INCIDENT_RULES[rule](force.incidents, force.incident_times)
    assert keeps.all(), force.incidents[~keeps].head().T.to_string()


def test_incidents_are_numbered_from_one_in_each_day(force):
    number = force.incidents["incident_ref"].str[9:].astype(int)
    in_day = number.groupby(force.incidents["incident_ref"].str[:8])
    assert (number == in_day.cumcount() + 1).all()
    assert force.incident_times["created_at"].is_monotonic_increasing


def test_an_incident_may_be_open_when_its_file_is_extracted(force):
    last_days = force.incident_times["created_at"] >= "2004-03-30"
    is_open = force.incidents["closed_at"].isna()
    assert 0.02 < is_open[last_days].mean() < 0.5


def test_one_call_opens_each_incident_that_police_did_not_open(force):
    calls, incidents = force.calls, force.incidents
    opening = calls[calls["disposition"] == "incident_created"]
    expected = incidents[incidents["origin"] != "police"]
    assert sorted(opening["incident_ref"]) == sorted(expected["incident_ref"])


def test_a_call_and_its_incident_agree(force):
    calls = force.calls.join(force.call_times.add_suffix("_utc"))
    incidents = force.incidents.join(force.incident_times.add_suffix("_utc"))
    linked = calls.dropna(subset="incident_ref").merge(
        incidents, on="incident_ref", how="left", suffixes=("", "_incident")
    )
    assert linked["created_at"].notna().all()
    assert linked["bocu_code"].equals(linked["bocu_code_incident"])
    opening = linked[linked["disposition"] == "incident_created"]
    assert (opening["origin"] == opening["origin_incident"]).all()
    assert (opening["created_at_utc"] >= opening["answered_at_utc"]).all()
    assert (opening["created_at_utc"] <= opening["ended_at_utc"]).all()
    further = linked[linked["disposition"] == "linked_incident"]
    assert (further["offered_at_utc"] > further["created_at_utc"]).all()


def test_a_second_leg_follows_its_answered_first_leg(force):
    calls = force.calls.join(force.call_times.add_suffix("_utc")).set_index("call_id")
    second = calls[calls["stage"] == "secondary"]
    first = calls.loc[second["parent_call_id"]].set_axis(second.index)
    assert len(second) > 1000
    assert (first["stage"] == "primary").all()
    assert (first["disposition"] == "transferred_internal").all()
    assert (first["answered_at_utc"] <= second["offered_at_utc"]).all()
    assert first["caller_hash"].equals(second["caller_hash"])


def test_a_duplicate_points_to_an_earlier_incident_that_is_not_one(force):
    incidents = force.incidents.set_index("incident_ref")
    duplicates = incidents[incidents["duplicate_of"].notna()]
    originals = incidents.loc[duplicates["duplicate_of"]].set_axis(duplicates.index)
    assert len(duplicates) > 1000
    assert originals["duplicate_of"].isna().all()
    assert (originals["grade_first"] == duplicates["grade_first"]).all()
    assert (originals.index >= duplicates["duplicate_of"]).all()


def test_every_borough_and_site_is_in_the_reference_tables(force):
    codes = set(pd.read_csv(settings.REFERENCE / "bocu.csv")["bocu_code"])
    sites = set(pd.read_csv(settings.REFERENCE / "site.csv")["call_site_code"])
    assert set(force.calls["bocu_code"].dropna()) == codes
    assert set(force.incidents["bocu_code"].dropna()) == codes
    assert set(force.calls["call_site_code"]) <= sites


@pytest.mark.parametrize(("year", "published"), [(2002, 0.797), (2003, 0.849)])
def test_999_calls_are_answered_as_published(force, year, published):
    calls, instants = force.calls, force.call_times
    in_scope = (
        (calls["line_type"] == "emergency_999")
        & (calls["stage"] == "primary")
        & (financial_year(instants["offered_at"]) == year)
    )
    left_after = instants["ended_at"] - instants["offered_at"]
    hung_up = (calls["outcome"] == "abandoned") & (left_after <= pd.Timedelta("5s"))
    waited = instants["answered_at"] - instants["offered_at"]
    in_time = (waited <= pd.Timedelta("15s"))[in_scope].sum()
    assert in_time / (in_scope & ~hung_up).sum() == pytest.approx(published, abs=0.007)


def immediate(force: Force) -> pd.DataFrame:
    """Immediate incidents that count, with their year and whether in target."""
    incidents, instants = force.incidents, force.incident_times
    took = instants["first_on_scene_at"] - instants["created_at"]
    open_until = instants["closed_at"].fillna(extracted_at(instants["created_at"]))
    counts = took.notna() | (open_until - instants["created_at"] > TWELVE_MINUTES)
    counts &= (incidents["grade_first"] == "I") & incidents["duplicate_of"].isna()
    counts &= incidents["origin"] != "police"
    return pd.DataFrame(
        {
            "year": financial_year(instants["created_at"]),
            "bocu_code": incidents["bocu_code"],
            "is_met": took <= TWELVE_MINUTES,
        }
    )[counts]


@pytest.mark.parametrize(("year", "published"), [(2002, 0.723), (2003, 0.710)])
def test_immediate_incidents_are_attended_as_published(force, year, published):
    counted = immediate(force)
    met = counted["is_met"][counted["year"] == year]
    assert met.mean() == pytest.approx(published, abs=0.01)


def test_boroughs_have_the_published_extremes(force):
    by_borough = immediate(force).groupby("bocu_code")["is_met"].mean()
    assert set(by_borough.nsmallest(2).index) == {"TX", "PY"}
    assert set(by_borough.nlargest(2).index) == {"CW", "BS"}
    # Two standard errors of the smallest of them.
    published = pd.Series({"TX": 0.581, "PY": 0.615})
    assert (by_borough[published.index] - published).abs().max() < 0.035
    assert by_borough[["CW", "BS"]].min() > 0.785


def test_volumes_follow_the_scale(force):
    years = financial_year(force.call_times["offered_at"]).value_counts()
    assert years[2003] == pytest.approx(2_500_000 * SCALE, rel=0.015)
    assert years[2003] / years[2002] == pytest.approx(1.03, abs=0.015)
    incidents = financial_year(force.incident_times["created_at"]).value_counts()
    assert incidents[2003] == pytest.approx(1_420_000 * SCALE, rel=0.03)


def test_shares_are_as_chosen(force):
    calls, incidents = force.calls, force.incidents
    is_emergency = calls["line_type"] == "emergency_999"
    is_first = calls["stage"] == "primary"
    abandoned = (calls["outcome"] == "abandoned")[is_first].groupby(is_emergency).mean()
    immediate_share = (incidents["grade_first"] == "I").mean()
    assert is_emergency.mean() == pytest.approx(0.45, abs=0.01)
    assert 0.015 < abandoned[True] < 0.022
    assert 0.05 < abandoned[False] < 0.09
    assert calls["caller_hash"].isna().mean() == pytest.approx(0.15, abs=0.005)
    assert immediate_share == pytest.approx(0.24, abs=0.01)
    unregraded = (incidents["grade_change_count"] == "0").mean()
    assert unregraded == pytest.approx(0.945, abs=0.01)


def test_as_many_arrivals_are_missing_as_intended(force):
    incidents = force.incidents
    is_wanted = (incidents["origin"] != "police") & incidents["duplicate_of"].isna()
    missing = incidents["first_on_scene_at"].isna()[is_wanted]
    by_grade = missing.groupby(incidents["grade_first"]).mean()
    assert by_grade["I"] == pytest.approx(0.06, abs=0.006)
    assert by_grade["S"] == pytest.approx(0.12, abs=0.01)


def until_next_call(force: Force) -> pd.Series:
    """Time from each call to its caller's next one, without withheld numbers."""
    known = force.calls["caller_hash"].notna()
    calls = force.calls[known].assign(at=force.call_times["offered_at"])
    calls = calls.sort_values(["caller_hash", "at"])
    return calls.groupby("caller_hash")["at"].shift(-1) - calls["at"]


def test_no_call_looks_exported_twice(force):
    assert until_next_call(force).min() > pd.Timedelta("2s")


def test_arrivals_heap_at_whole_minutes_and_in_two_boroughs_at_the_target(force):
    incidents, instants = force.incidents, force.incident_times
    arrived_at = instants["first_on_scene_at"].dropna()
    at_minute = (arrived_at.dt.second == 0).mean()
    assert at_minute == pytest.approx(0.10 + 0.90 / 60, abs=0.01)
    took = arrived_at[incidents["grade_first"] == "I"] - instants["created_at"]
    exactly = (took.dropna() == TWELVE_MINUTES).groupby(incidents["bocu_code"]).mean()
    assert (exactly > 0.005).sum() == 2


def test_callers_call_again_within_a_week(force):
    until_next = until_next_call(force)
    calls = force.calls.loc[until_next.index]
    again = until_next[calls["contact_reason"] == "new_request"] <= pd.Timedelta("7D")
    assert again.mean() == pytest.approx(0.14, abs=0.01)


def test_carnival_and_new_year_are_busy(force):
    in_kensington = force.calls["offered_at"][force.calls["bocu_code"] == "BS"]
    days = in_kensington.str[:10].value_counts()
    assert days[["2003-08-24", "2003-08-25"]].mean() > 1.8 * days.median()
    is_emergency = force.calls["line_type"] == "emergency_999"
    hours = force.calls["offered_at"][is_emergency].str[:13].value_counts()
    usual = hours.filter(regex="-01-(0[2-9]|[12].)T01").median()
    assert hours[["2003-01-01T01", "2004-01-01T01"]].mean() > 1.8 * usual


def test_confidence_is_published_for_every_area_and_quarter(force):
    figures = force.figures
    quarters = ["2002-04-01", "2002-07-01", "2002-10-01", "2003-01-01"]
    quarters += ["2003-04-01", "2003-07-01", "2003-10-01", "2004-01-01"]
    assert figures.groupby("period_start_on").size().to_dict() == dict.fromkeys(
        quarters, 33
    )
    assert not figures["figure_id"].duplicated().any()
    assert set(figures["period_end_on"].str[5:]) == {"03-31", "06-30", "09-30", "12-31"}
    assert figures["value"].str.fullmatch(r"0\.\d\d").all()
    assert figures["n"].isna().all()
    assert set(figures["kpi_id"]) == {"cust_public_confidence"}
    assert set(figures["source"]) == {"Synthetic demo survey"}


def test_confidence_spreads_as_surveyed(force):
    values = force.figures["value"].astype(float)
    by_area = values.groupby(force.figures["area_code"]).mean()
    assert by_area["MPS"] == pytest.approx(0.49, abs=0.01)
    assert 0.03 < by_area.drop("MPS").std() < 0.07
