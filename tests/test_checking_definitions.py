"""`check` refuses definitions that could be read but cannot work, one sentence each."""

import pytest

from kpis import checking
from kpis.definitions import indicators

CONTRACT = """
title = "Flights"
grain = "One row per flight."
key = ["flight_ref"]
happened = "landed_at"
area = "bocu_code"

[columns.flight_ref]
type = "id"
required = true
says = "Number of the flight."

[columns.landed_at]
type = "instant"
required = true
says = "Landing."

[columns.left_at]
type = "instant"
says = "Start."

[columns.bocu_code]
type = "code"
reference = "bocu"
says = "BOCU flown to."

[columns.site_code]
type = "code"
reference = "site"
says = "Site that asked."

[columns.flight_minutes]
type = "int"
least = 0
says = "Minutes in the air."

[[rules]]
name = "lands_before_it_starts"
holds = "left_at <= landed_at"
otherwise = "flag"
unusable = ["left_at"]
says = "A flight starts before it lands."
"""
MAPPING = """
title = "Flights"
source = "flights"
may_lack_columns = true

[columns]
flight_ref = { column = "flight_ref" }
landed_at = { column = "landed_at" }
"""
MART = """
select
    flight_ref,
    landed_at::date as landed_on,
    left_at::date as left_on,
    * exclude (flight_ref, extracted_at)
from current_flights
"""
KPI = """/*
title = "Minutes in the air"
question = "How long is a flight?"
family = "operational"
themes = ["access"]
numerator = "Minutes in the air"
denominator = "Flights"
kind = "mean"
unit = "minutes"
better = "neither"
area = "bocu"
chart = "xmr"
smallest_period = { mps = "month", bocu = "month" }
min_n = 2
settles_after_days = 14
needs = { flights = ["flight_minutes"] }
caveats = ["Only flights that landed."]
source = "A test"
owner = "A tester"
*/
select
    'flights:' || flight_ref as row_id,
    bocu_code as area_code,
    landed_on as on_date,
    flight_minutes as numerator,
    1 as denominator
from flights
where flight_minutes is not null
"""
FILES = {
    "contract": ("data/contracts/flights.toml", CONTRACT),
    "mapping": ("data/mappings/canonical_flights.toml", MAPPING),
    "mart": ("sql/marts/flights.sql", MART),
    "kpi": ("sql/kpis/ops_flight_minutes.sql", KPI),
}
SELECT = KPI.partition("*/\n")[2]


@pytest.fixture
def faults(product, data_dir):
    """Write the four files, some of them changed, and return what `check` says."""

    def checked(*changes: tuple[str, str, str]) -> list[str]:
        for kind, (name, text) in FILES.items():
            for file, before, after in changes:
                if file == kind:
                    assert before in text
                    text = text.replace(before, after)
            product.write(name, text)
        return checking.check(data_dir, data_dir).faults

    return checked


def test_a_whole_source_and_its_indicator_are_accepted(faults):
    assert faults() == []


RULE = "flights.toml, rule lands_before_it_starts: "
TWICE = """
[[rules]]
name = "lands_before_it_starts"
holds = "flight_minutes < 600"
otherwise = "flag"
says = "No flight is that long."
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "left_at <= landed_at", "landed_at + 1",
            f"{RULE}`landed_at + 1` cannot be worked out: Binder Error: No function "
            "matches the given name and argument types '+(TIMESTAMP WITH TIME ZONE, "
            "INTEGER_LITERAL)'.",
        ),
        (
            "left_at <= landed_at", "flight_minutes",
            f"{RULE}`flight_minutes` gives a number (bigint). A rule gives true or "
            "false: compare the value with another.",
        ),
        (
            "left_at <= landed_at", "flight_ref || bocu_code",
            f"{RULE}`flight_ref || bocu_code` gives a text (varchar). A rule gives "
            "true or false: compare the value with another.",
        ),
        (
            "left_at <= landed_at", "landed_at - left_at",
            f"{RULE}`landed_at - left_at` gives a value (interval). A rule gives true "
            "or false: compare the value with another.",
        ),
        (
            "left_at <= landed_at", "flight_minutes < 'ten'",
            f"{RULE}`flight_minutes < 'ten'` cannot be worked out: Conversion Error: "
            "Could not convert string 'ten' to INT64.",
        ),
        (
            "left_at <= landed_at", "true",
            f"{RULE}`true` names no column, so it says nothing about a row.",
        ),
        (
            "[[rules]]", f"{TWICE}\n[[rules]]",
            "flights.toml: two rules are named lands_before_it_starts.",
        ),
        (
            "lands_before_it_starts", "wait_too_long",
            "flights.toml: calls.toml has a rule wait_too_long already. Choose another "
            "name: it stands for the rule in accounts and downloads.",
        ),
        (
            'unusable = ["left_at"]', 'unusable = ["landed_at"]',
            f"{RULE}landed_at says which row it is, and cannot be emptied.",
        ),
        (
            'area = "bocu_code"', 'area = "flight_minutes"',
            "flights.toml, column flight_minutes: what says where must be a code of a "
            "place, with reference bocu, site, facility or area.",
        ),
        (
            'key = ["flight_ref"]', "key = []",
            "flights.toml: key: names no column. Name those that tell rows apart.",
        ),
        (
            "[columns.left_at]", "[columns.line]\ntype = 'int'\nsays = 'Line.'\n"
            "[columns.left_at]",
            "flights.toml, column line: every row has a column of this name already. "
            "Choose another.",
        ),
        (
            "[columns.left_at]", "".join(
                f"[columns.x{i}]\ntype = 'int'\nsays = 'X.'\n" for i in range(56)
            ) + "[columns.left_at]",
            "flights.toml: it has 63 columns and rules; there can be 62.",
        ),
    ],
)  # fmt: skip
def test_a_contract_that_cannot_work_is_refused(before, after, said, faults):
    assert faults(("contract", before, after)) == [said]


def test_all_faults_of_a_contract_are_reported_at_once(faults):
    said = faults(
        ("contract", "left_at <= landed_at", "flight_minutes"),
        ("contract", 'area = "bocu_code"', 'area = "left_at"'),
        ("contract", "[[rules]]", f"{TWICE}\n[[rules]]"),
    )
    own = [line for line in said if line.startswith("flights.toml")]
    assert len(own) == 3


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "landed_at::date as landed_on,\n    left_at::date as left_on",
            "left_at::date as left_on",
            "sql/marts/flights.sql: the second column, left_on, is empty in a row that "
            "has only its required columns. Every row has a day: use a column that is "
            "never empty, such as landed_at.",
        ),
        (
            "flight_ref,\n", "flight_ref || bocu_code as flight_ref,\n",
            "sql/marts/flights.sql: the first column, flight_ref, is empty in a row "
            "that has only its required columns. Every row has a name: make it of "
            "flight_ref.",
        ),
        (
            "from current_flights", "from current_flights where left_at is not null",
            "sql/marts/flights.sql: a row that has only its required columns is lost. "
            "A mart has one row for each row of current_flights.",
        ),
        (
            "from current_flights",
            "from current_flights cross join (values (1), (2)) as twice (x)",
            "sql/marts/flights.sql: a row that has only its required columns becomes "
            "2. A mart has one row for each row of current_flights.",
        ),
        (
            "from current_flights", "from flights",
            "sql/marts/flights.sql: There is no table 'flights'. Did you mean "
            "'current_flights'?",
        ),
    ],
)  # fmt: skip
def test_a_mart_that_cannot_work_is_refused(before, after, said, faults):
    assert faults(("mart", before, after))[:1] == [said]


ROW_ID = (
    "ops_flight_minutes.sql: row_id must be 'flights:' || flight_ref, or a row leads "
    "to no file and line."
)
BY_CTE = "with own as (\n{}\n)\nselect * from own"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("'flights:' || flight_ref", "flight_ref", ROW_ID),
        ("'flights:' || flight_ref", "'flight:' || flight_ref", ROW_ID),
        ("'flights:' || flight_ref", "'calls:' || flight_ref", ROW_ID),
        ("'flights:' || flight_ref", "'flights:' || bocu_code", ROW_ID),
        ("'flights:' || flight_ref", "'flights:' || upper(flight_ref)", ROW_ID),
        (
            "landed_on as on_date", "landed_at::date as on_date",
            "ops_flight_minutes.sql: on_date must be a column of a mart as it stands, "
            "or no filter reaches the files: landed_on.",
        ),
        (
            "landed_on as on_date", "left_on as on_date",
            "ops_flight_minutes.sql: on_date must be the day of the mart's row, by "
            "which its months are kept: landed_on.",
        ),
        (
            "bocu_code as area_code", "coalesce(bocu_code, 'MPS') as area_code",
            "ops_flight_minutes.sql: area_code must be a column of a mart as it "
            "stands, or no filter reaches the files.",
        ),
        (
            "bocu_code as area_code", "site_code as area_code",
            "ops_flight_minutes.sql: site_code holds codes of a site, and area = "
            "'bocu'.",
        ),
        (
            "flight_minutes as numerator", "flight_ref as numerator",
            "ops_flight_minutes.sql: numerator is varchar; it must be a number.",
        ),
        (
            "1 as denominator", "true as denominator",
            "ops_flight_minutes.sql: denominator is boolean; it must be a number.",
        ),
        (
            SELECT, SELECT + "union all\n" + SELECT.replace("'flights:' || ", ""),
            ROW_ID,
        ),
        (
            SELECT,
            BY_CTE.format(SELECT.replace("'flights:' ||", "'flight:' ||")),
            ROW_ID,
        ),
        (
            "from flights", "from flight",
            "ops_flight_minutes.sql: There is no table 'flight'. Did you mean "
            "'flights'?",
        ),
        (
            "from flights", "from flights join incidents on true",
            "ops_flight_minutes.sql: There is no table 'incidents'. Name the mart in "
            "needs or reads.",
        ),
    ],
)  # fmt: skip
def test_a_select_whose_rows_lead_nowhere_is_refused(before, after, said, faults):
    assert faults(("kpi", before, after))[:1] == [said]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("'flights:' || flight_ref", "concat('flights:', flight_ref)"),
        ("'flights:' || flight_ref", "'flights:' || flights.flight_ref"),
        ("bocu_code as area_code", "null as area_code"),
        (SELECT, BY_CTE.format(SELECT)),
        (SELECT, SELECT + "union all\n" + SELECT.replace(" as row_id", "")),
        (
            SELECT,
            "select own.row_id, own.area_code, own.on_date, numerator, denominator\n"
            f"from (\n{SELECT}\n) as own",
        ),
    ],
)
def test_a_select_may_be_written_in_several_ways(before, after, faults):
    assert faults(("kpi", before, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            '{ mps = "month", bocu = "month" }', '{ mps = "month", site = "month" }',
            "smallest_period: where area = 'bocu', a site has no figure. Write mps or "
            "bocu.",
        ),
        (
            'area = "bocu"', 'area = "mps"',
            "smallest_period: where area = 'mps', a bocu has no figure. Write mps.",
        ),
        (
            '{ mps = "month", bocu = "month" }', "{}",
            "smallest_period: no kind of area has a figure. Write mps or bocu.",
        ),
        (
            'needs = { flights = ["flight_minutes"] }', "needs = {}",
            "needs: names no source, so nothing is ever measured.",
        ),
        ("min_n = 2", "min_n = 0", "min_n: is 1 or more."),
        (
            "settles_after_days = 14", "settles_after_days = -1",
            "settles_after_days: cannot be negative.",
        ),
        (
            "min_n = 2", "min_n = 2\nlooks_ahead_days = -1",
            "looks_ahead_days: cannot be negative.",
        ),
        (
            "min_n = 2", "min_n = 2\ndenominator_unit = 0",
            "denominator_unit: is above 0.",
        ),
        (
            'kind = "mean"', 'kind = "difference"',
            "unit: a difference is in points.",
        ),
        (
            'kind = "mean"\nunit = "minutes"', 'kind = "proportion"\nunit = "seconds"',
            "unit: a proportion is in percent.",
        ),
        (
            'kind = "mean"\nunit = "minutes"', 'kind = "median"\nunit = "percent"',
            "unit: a median is in seconds or minutes.",
        ),
        (
            "min_n = 2", 'min_n = 2\nread_with = ["ops_flight_minutes"]',
            "read_with: names the indicator itself.",
        ),
        (
            "min_n = 2", 'min_n = 2\nline_type = "emergency_99"',
            "line_type: There is no line 'emergency_99'. Did you mean 'emergency_999'?",
        ),
        (
            "min_n = 2", 'min_n = 2\ndimensions = ["numerator"]',
            "dimensions: numerator is a column that every indicator has.",
        ),
    ],
)  # fmt: skip
def test_a_header_that_cannot_work_is_refused(before, after, said, faults):
    (own, *_) = faults(("kpi", before, after))
    assert own == f"ops_flight_minutes.sql: {said}"


def test_the_shipped_indicators_keep_all_of_it(data_dir):
    assert len(indicators.load()) > 50
    assert checking.check(data_dir, data_dir).faults == []
