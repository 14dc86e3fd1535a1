"""A source is a contract, a mapping and a mart; what lacks is said in one sentence."""

import pytest

from kpis.definitions import contracts, sources
from kpis.errors import UserError

CONTRACT = """
title = "Complaints"
grain = "One row per month and BOCU."
key = ["month", "bocu_code"]
happened = "month"
area = "bocu_code"
columns.month = { type = "month", required = true, says = "Month." }
columns.bocu_code = { type = "code", reference = "bocu", required = true, says = "X." }
"""
MART = """
select
    concat_ws('/', month, bocu_code) as return_ref,
    month as month_on,
    * exclude (month, extracted_at)
from current_complaints
"""
CALLS = "sql/marts/calls.sql"


def faults() -> list[str]:
    with pytest.raises(UserError) as caught:
        sources.marts()
    return str(caught.value).splitlines()


def test_every_shipped_source_has_a_mart_that_begins_with_name_and_day():
    known = sources.marts()
    of_sources = {name for name, mart in known.items() if not mart.made_of}
    assert set(contracts.load_all()) == of_sources
    found = {name: (mart.ref, mart.on_date) for name, mart in known.items()}
    assert (
        found
        | {
            "activity_annual": ("return_ref", "year_on"),
            "call_sequence": ("call_id", "offered_on"),
            "calls": ("call_id", "offered_on"),
            "contacts_other_monthly": ("return_ref", "month_on"),
            "facility_hours_monthly": ("return_ref", "month_on"),
            "finance_monthly": ("entry_ref", "month_on"),
            "front_counter_visits": ("visit_id", "arrived_on"),
            "incidents": ("incident_ref", "created_on"),
            "patrol_monthly": ("return_ref", "month_on"),
            "published_figures": ("figure_ref", "period_start_on"),
            "survey_responses": ("answer_ref", "on_date"),
            "workforce_monthly": ("return_ref", "month_on"),
        }
        == found
    )


def test_what_is_said_about_a_source_comes_from_its_contract():
    known = sources.marts()
    for source, contract in contracts.load_all().items():
        mart = known[source]
        assert mart.later_months == contract.may_be_months_earlier
        assert mart.is_whole == contract.made_as_a_whole
        for key in ("is_survey", "moves_with_control_room"):
            assert (source in contracts.that_say(key)) == getattr(contract, key)
    assert known["survey_responses"].later_months
    assert known["published_figures"].is_whole
    assert contracts.that_say("is_survey") >= {"survey_responses"}
    assert contracts.that_say("moves_with_control_room") >= {"calls", "incidents"}


def test_a_mart_made_from_another_comes_after_it():
    known = sources.marts()
    made = known["call_sequence"]
    assert (made.made_of, made.months_before, made.months_after) == ("calls", 1, 1)
    is_made = [bool(mart.made_of) for mart in known.values()]
    assert is_made == sorted(is_made)


def test_a_new_source_needs_no_python(product):
    product.write("data/contracts/complaints.toml", CONTRACT)
    product.write("sql/marts/complaints.sql", MART)
    mart = sources.mart("complaints")
    assert (mart.ref, mart.on_date) == ("return_ref", "month_on")
    assert mart.columns["line"] == "BIGINT"


def test_a_contract_without_a_mart_is_reported(product):
    product.write("data/contracts/complaints.toml", CONTRACT)
    assert faults() == [
        "complaints.toml is a contract without a mart: write the statement "
        "sql/marts/complaints.sql over current_complaints. Its first column names the "
        "row, its second is the day of the row."
    ]


def test_a_mart_without_a_contract_is_reported(product):
    product.write("sql/marts/complaints.sql", MART)
    assert faults() == [
        "sql/marts/complaints.sql is a mart without a contract: write "
        "data/contracts/complaints.toml, or say in a header of the file which mart it "
        'is made of: /* made_of = "calls" */.'
    ]


def test_an_unknown_mart_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="no mart 'call'. Did you mean 'calls'"):
        sources.mart("call")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("current.call_id,", "current.cal_id,", ('column named "cal_id".',)),
        (
            "from current_calls",
            "from calls",
            ("no table 'calls'. Did you mean 'current_calls'?",),
        ),
        ("select\n", "selct\n", ("syntax error",)),
    ],
)
def test_a_mart_that_cannot_run_is_reported_with_the_reason(
    before, after, said, product
):
    product.change(CALLS, before, after)
    (told,) = faults()
    assert told.startswith("sql/marts/calls.sql: ")
    for words in said:
        assert words in told


def test_a_mart_begins_with_name_and_day_and_keeps_file_and_line(product):
    product.write(CALLS, "select offered_at, call_id, import_id from current_calls")
    product.write("sql/marts/incidents.sql", "select 'x' as ref from current_incidents")
    assert faults()[:5] == [
        "sql/marts/calls.sql: the first column is offered_at (timestamp with time "
        "zone); it must be a text that names the row.",
        "sql/marts/calls.sql: the second column is call_id (varchar); it must be the "
        "day of the row, a date.",
        "sql/marts/calls.sql: the column line is missing; it leads to file and line.",
        "sql/marts/incidents.sql: the second column is missing; it must be the day of "
        "the row, a date.",
        "sql/marts/incidents.sql: the column import_id is missing; it leads to file "
        "and line.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'made_of = "calls"',
            'made_of = "cals"',
            "made_of: There is no source 'cals'.",
        ),
        ("months_before = 1", "month_before = 1", "no key 'month_before'."),
        ("months_after = 1", "months_after = 0.5", "must be a whole number."),
        ('made_of = "calls"\n', "", "the key 'made_of' is missing."),
    ],
)
def test_a_fault_in_the_header_of_a_mart_is_reported(before, after, said, product):
    product.change("sql/marts/call_sequence.sql", before, after)
    assert said in faults()[0]
