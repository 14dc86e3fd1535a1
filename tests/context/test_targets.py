"""Targets: which is in force, how it is worded, and what limits say about it."""

from dataclasses import replace
from datetime import date, timedelta
from math import nan

import pytest

from kpis import __main__, periods, pipeline
from kpis.analysis import judged_series
from kpis.context import breaks, lookup, targets
from kpis.context.targets import Target
from kpis.definitions import indicators, reference_tables
from kpis.errors import UserError
from kpis.output import scoreboard
from tests.exports import save
from tests.tables import Force

ATTENDED = "ops_immediate_attended_in_target"
HEADER = "kpi_id,area,comparator,value,value_to,status,valid_from,valid_to,source\n"
THIN = "\u202f"
AIM = Target(
    "k", "MPS", "at_least", 0.8, status="plan",
    valid_from=date(1999, 1, 1), valid_to=date(2008, 12, 30),
)  # fmt: skip
OWN = Target("k", "QK", "at_least", 0.75, status="local")
BAND = Target("k", "MPS", "within", -0.01, 0.01, status="local")


def test_the_area_s_own_target_goes_before_the_force_s():
    day = date(2004, 3, 1)
    assert targets.in_force([AIM, OWN], "k", "QK", day) == OWN
    assert targets.in_force([AIM, OWN], "k", "SX", day) == AIM
    assert targets.in_force([OWN], "k", "SX", day) == Target("k", "SX")
    assert not targets.in_force([AIM], "other", "MPS", day).is_set


@pytest.mark.parametrize(
    ("day", "is_set"),
    [
        (date(1998, 12, 31), False),
        (date(1999, 1, 1), True),
        (date(2008, 12, 30), True),
        (date(2008, 12, 31), False),
    ],
)
def test_a_target_holds_from_its_first_day_to_its_last(day, is_set):
    assert targets.in_force([AIM], "k", "MPS", day).is_set is is_set


@pytest.mark.parametrize(
    ("target", "unit", "words"),
    [
        (AIM, "percent", f"at least 80{THIN}% (plan, 1999)"),
        (OWN, "percent", f"at least 75{THIN}% (local)"),
        (BAND, "percent", f"from −1{THIN}% to 1{THIN}% (local)"),
        (replace(OWN, value=0.025), "percent", f"at least 2.5{THIN}% (local)"),
        (
            Target(
                "k", "MPS", "at_most", 9, status="local",
                valid_from=date(2005, 4, 1), valid_to=date(2006, 3, 31),
            ),
            "days a year",
            f"at most 9{THIN}days a year for each post filled (local, 2005/06)",
        ),
        (
            Target("k", "MPS", "at_most", 720, status="published standard"),
            "minutes",
            "at most 12 min 0 s (published standard)",
        ),
        (
            Target("k", "MPS"),
            "percent",
            "no target has been adopted; local target to be set",
        ),
    ],
)  # fmt: skip
def test_a_target_in_words(target, unit, words):
    assert targets.in_words(target, unit) == words


def test_a_short_target_has_no_day_and_no_source():
    assert targets.in_short(AIM, "percent") == f"at least 80{THIN}% (plan)"
    assert targets.in_short(BAND, "percent") == f"from −1{THIN}% to 1{THIN}% (local)"
    assert targets.in_short(Target("k", "MPS"), "percent") == "to be set locally"
    beside = Target("k", "MPS", source="no target is meant: it is read beside others")
    assert targets.in_short(beside, "percent") == "none intended"


def test_a_standard_that_another_published_is_not_adopted():
    assert AIM.is_adopted
    assert OWN.is_adopted
    assert replace(AIM, status="statutory").is_adopted
    assert not replace(AIM, status="published standard").is_adopted
    assert not Target("k", "MPS").is_adopted


@pytest.mark.parametrize(
    ("target", "lower", "upper", "verdict"),
    [
        (AIM, 0.81, 0.9, "pass"),
        (AIM, 0.7, 0.79, "fail"),
        (AIM, 0.7, 0.9, "hit_or_miss"),
        (replace(AIM, comparator="at_most"), 0.7, 0.79, "pass"),
        (replace(AIM, comparator="at_most"), 0.81, 0.9, "fail"),
        (BAND, -0.005, 0.005, "pass"),
        (BAND, -0.02, 0.005, "hit_or_miss"),
        (BAND, -0.005, 0.02, "hit_or_miss"),
        (BAND, 0.02, 0.03, "fail"),
        (BAND, -0.03, -0.02, "fail"),
        (Target("k", "MPS"), 0.7, 0.9, None),
        (AIM, nan, nan, None),
    ],
)
def test_limits_are_compared_with_a_target(target, lower, upper, verdict):
    assert targets.assurance(target, lower, upper) == verdict


@pytest.fixture
def shipped(tmp_path) -> list[Target]:
    force = Force(tmp_path)
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    with force.build() as build:
        return lookup.targets_of(build)


def on(shipped, kpi_id: str, day: date) -> Target:
    return targets.in_force(shipped, kpi_id, "MPS", day)


def test_the_build_answers_with_its_targets(shipped):
    aim = on(shipped, "ops_999_answered_in_target", date(2004, 3, 1))
    assert targets.in_words(aim, "percent") == f"at least 80{THIN}% (plan, 1999)"
    after = on(shipped, "ops_999_answered_in_target", date(2008, 12, 31))
    assert (after.value, after.is_adopted) == (0.9, False)
    counters = "cust_front_counter_satisfaction"
    assert on(shipped, counters, date(2000, 12, 1)).value == 0.8
    assert not on(shipped, counters, date(2001, 4, 1)).is_set


def test_a_plan_without_a_target_is_reported(shipped):
    none = on(shipped, "ops_immediate_attended_in_target", date(2003, 6, 1))
    said = targets.in_words(none, "percent")
    assert said.startswith("no target has been adopted; the policing plan of 2003/04")
    assert (
        on(shipped, "ops_immediate_attended_in_target", date(2019, 1, 1)).value == 0.9
    )


def test_a_result_or_a_context_value_is_not_a_target(shipped):
    for kpi_id in (
        "cust_public_confidence",
        "emp_officer_sickness_days",
        "ops_significant_attended_in_target",
        "ops_dispatch_delay_median",
        "ops_regrade_rate",
    ):
        own = [one for one in shipped if one.kpi == kpi_id]
        assert [one.is_set for one in own] == [False], kpi_id


def test_a_force_sets_its_own(tmp_path):
    force = Force(tmp_path)
    row = "ops_immediate_attended_in_target,QK,at_least,0.7,,local,,,Board of May 2004"
    save(tmp_path / "reference", f"{HEADER}{row}\n", "target.csv")
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    with force.build() as build:
        own = lookup.targets_of(build)
        kpi_id = "ops_immediate_attended_in_target"
        found = targets.in_force(own, kpi_id, "QK", build.as_at)
        assert (found.value, found.source) == (0.7, "Board of May 2004")
        assert len(own) == 1


FAULTS = [
    ("k,MPS,at_least,,,plan,,,", "column value: ''. A value is required"),
    ("k,MPS,,0.8,,plan,,,", "column comparator: ''. A value is required"),
    ("k,MPS,at_least,0.8,,none,,,", "column comparator: 'at_least'. Leave it empty"),
    ("k,MPS,,0.8,,none,,,", "column value: '0.8'. Leave it empty"),
    ("k,MPS,within,0.8,,plan,,,", "column value_to: ''. A value is required"),
    ("k,MPS,at_most,0.8,0.9,plan,,,", "column value_to: '0.9'. Leave it empty"),
    ("k,MPS,within,0.8,0.7,plan,,,", "column value_to: '0.7'. It is not above"),
    ("k,MPS,at_least,80%,,plan,,,", "column value: '80%'. Write a number as 0.8"),
    ("k,XX,at_least,0.8,,plan,,,", "column area: 'XX'"),
]


@pytest.mark.parametrize(("row", "words"), FAULTS)
def test_a_fault_in_a_target_is_reported(row, words, data_dir):
    save(data_dir / "reference", f"{HEADER}{row}\n", "target.csv")
    with pytest.raises(UserError) as caught:
        reference_tables.load_all(data_dir)
    assert f"line 2, {words}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "target",
            f"{HEADER}ops_999_answered_in_targt,MPS,at_least,0.8,,local,,,",
            "Did you mean 'ops_999_answered_in_target'? Correct it.",
        ),
        (
            "target",
            f"{HEADER}ops_999_answered_in_target,MPS,at_least,80,,local,,,",
            "It is a share: write 0.8 for 80 %.",
        ),
        (
            "comparator",
            "kpi_id,force,value\nops_999_answered_in_target,National,71.5\n",
            "It is a share: write 0.715 for 71.5 %.",
        ),
        (
            "series_break",
            "kpi_id,valid_from,reason,joinable\nops_999,2004-04-01,x,true\n",
            "There is no indicator 'ops_999'",
        ),
        (
            "standards",
            "applies_to,area,seconds,status\nkpi:ops_999,MPS,15,local\n",
            "There is no indicator 'ops_999'",
        ),
    ],
)
def test_check_reads_what_own_tables_say_about_indicators(
    name, content, words, data_dir, capsys
):
    save(data_dir / "reference", content, f"{name}.csv")
    assert __main__.main(["check"]) == 2
    assert words in capsys.readouterr().err


def test_every_target_is_of_an_indicator(data_dir):
    said = reference_tables.table("target", data_dir)["kpi_id"]
    assert set(said) <= set(indicators.load())


def test_a_build_does_not_ask_for_indicators_that_are_not_there(tmp_path):
    force = Force(tmp_path)
    row = "ops_in_preparation,MPS,at_least,0.8,,local,,,"
    save(tmp_path / "reference", f"{HEADER}{row}\n", "target.csv")
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    assert pipeline.build(tmp_path).is_new


# a target until Sunday 16 May 2010, and another after it; `day` moves the change
OLD, NEW = 0.5, 0.95


def changed_on(day: date) -> list[Target]:
    before = day - timedelta(days=1)
    return [
        Target(ATTENDED, "MPS", "at_least", OLD, status="plan", valid_to=before),
        Target(ATTENDED, "MPS", "at_least", NEW, status="plan", valid_from=day),
    ]


@pytest.mark.parametrize(
    ("by", "day_in_it", "changed", "value"),
    [
        ("quarter", date(2010, 4, 1), date(2010, 5, 17), NEW),
        ("quarter", date(2010, 3, 1), date(2010, 5, 17), OLD),
        ("year", date(2010, 4, 1), date(2010, 5, 17), NEW),
        ("year", date(2010, 3, 31), date(2010, 5, 17), OLD),
        ("rolling12", date(2010, 5, 1), date(2010, 5, 17), NEW),
        ("rolling12", date(2010, 4, 1), date(2010, 5, 17), OLD),
        ("month", date(2010, 5, 1), date(2010, 5, 17), NEW),
        ("week", date(2010, 5, 17), date(2010, 5, 19), NEW),
        ("week", date(2010, 5, 16), date(2010, 5, 17), OLD),
        # on the last day of the period, and on the day after it
        ("month", date(2010, 5, 1), date(2010, 5, 31), NEW),
        ("month", date(2010, 5, 1), date(2010, 6, 1), OLD),
        ("day", date(2010, 5, 16), date(2010, 5, 17), OLD),
    ],
)
def test_a_period_is_held_against_the_target_at_its_end(by, day_in_it, changed, value):
    period = periods.of_day(day_in_it, by)
    found = targets.of_period(changed_on(changed), ATTENDED, "QK", period)
    assert found.value == value


def test_a_target_that_lapsed_within_a_period_does_not_count_for_it():
    lapsed = changed_on(date(2010, 5, 17))[:1]
    quarter = periods.of_day(date(2010, 5, 1), "quarter")
    assert not targets.of_period(lapsed, ATTENDED, "MPS", quarter).is_set


@pytest.fixture(scope="module")
def changing(tmp_path_factory) -> Force:
    force = Force(tmp_path_factory.mktemp("changing"))
    rows = (
        f"{ATTENDED},MPS,at_least,0.5,,plan,2008-04-01,2010-05-16,old\n"
        f"{ATTENDED},MPS,at_least,0.95,,plan,2010-05-17,,new"
    )
    save(force.data_dir / "reference", f"{HEADER}{rows}\n", "target.csv")
    months = [f"{year}-{month:02}" for year in (2008, 2009, 2010)
              for month in range(1, 13)][3:30]  # fmt: skip
    lines = "\n".join(f"3 | {month}-20T12:00:00Z | I" for month in months)
    force.receives("incidents", f"times | created_at | grade_first\n{lines}",
                   covers="2008-04 to 2010-06")  # fmt: skip
    with force.build() as build:
        yield build


@pytest.mark.parametrize(
    ("by", "percent"), [("quarter", 95), ("month", 95), ("rolling12", 95), ("year", 50)]
)
def test_a_scoreboard_shows_the_target_at_the_end_of_its_period(changing, by, percent):
    judged = judged_series.of_area(changing, "QK", by)
    aims = lookup.targets_of(changing)
    board = scoreboard.of_series(judged, changing.kpis, aims, changing.names, by)
    (row,) = [one for one in board.rows if one.id == ATTENDED]
    assert row.target == f"at least {percent}{THIN}% (plan)"


def test_a_standard_that_changed_within_a_period_and_back_is_not_one():
    rows = [
        ("I", "MPS", 720, periods.FIRST_DAY, date(2010, 4, 30), ""),
        ("I", "MPS", 900, date(2010, 5, 1), date(2010, 5, 31), ""),
        ("I", "MPS", 720, date(2010, 6, 1), periods.LAST_DAY, ""),
    ]
    quarter = periods.of_day(date(2010, 5, 1), "quarter")
    days = breaks.days_of_change("I", "MPS", rows, quarter)
    assert sorted(days) == [date(2010, 5, 1), date(2010, 6, 1)]
    assert {breaks.standard_on("I", "MPS", rows, day) for day in days} == {720, 900}
