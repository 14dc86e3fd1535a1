"""Targets: which is in force, how it is worded, and what limits say about it."""

from dataclasses import replace
from datetime import date
from math import nan

import pytest

from kpis import __main__, pipeline
from kpis.context import lookup, targets
from kpis.context.targets import Target
from kpis.definitions import indicators, reference_tables
from kpis.errors import UserError
from tests.exports import save
from tests.tables import Force

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
