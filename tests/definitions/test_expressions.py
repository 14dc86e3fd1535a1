"""What may stand in an expression of a mapping or contract, and what may not."""

import time

import pytest

from kpis.definitions import expressions, mappings
from kpis.errors import UserError
from tests.exports import (
    JOB_ROWS,
    JOBS,
    clocks,
    everything,
    held,
    quarantined,
    save,
    save_mapping,
    take,
    values,
)

COLUMNS = ["Job", "Day", "Raised", "vru+line", "a.b"]


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest.mark.parametrize(
    ("expression", "used"),
    [
        ("Job", {"Job"}),
        ("\"vru+line\" || '/' || left(Day, 10)", {"vru+line", "Day"}),
        ("case when Job = '1' then Day else Raised end", {"Job", "Day", "Raised"}),
        ("strftime(strptime(Day, '%d/%m/%Y'), '%Y%m%d')", {"Day"}),
        (
            "Job::int between 1 and 5 and Day like 'x%' or Job in ('a', 'b')",
            {"Job", "Day"},
        ),
        ("Job is not null and not regexp_matches(Day, '^[0-9]+$')", {"Job", "Day"}),
        ("timestamp '2003-01-01' + to_seconds(Job::int) - interval 2 hours", {"Job"}),
        ("Job -- a comment", {"Job"}),
        ("Job /* a comment */", {"Job"}),
        ("'(select 1) from read_csv(''x'')'", set()),
        ('"a.b"', {"a.b"}),
        ("date_trunc('quarter', Day::date)", {"Day"}),
    ],
)
def test_plain_expressions_name_their_columns(expression, used):
    assert expressions.check(expression, COLUMNS, "here") == used
    assert expressions.check(expression, None, "here") == used


FORBIDDEN = [
    "(select max(x) from read_csv('/etc/passwd') as t(x))",
    "exists(select 1)",
    "Job in (select 1)",
    "array(select 1)",
    "Job from read_text('/etc/passwd')",
    "Job) from read_text('/etc/passwd') where (true",
    "read_text('/etc/passwd')",
    "(from read_text('/etc/passwd'))",
    "content(read_blob('x'))",
    "getenv('HOME')",
    "current_setting('threads')",
    "getvariable('x')",
    "query('select 1')",
    "sum(Job)",
    "max(Job) over ()",
    "row_number() over (order by Job)",
    "lag(Job) over (order by Day)",
    "Job; drop table known_spelling",
    "Job); drop table known_spelling; select (1",
    "Job, Day",
    "Job) as x, (Day",
    "Job /*",
    "Job */ || Day",
    "1) -- ",
    "1) union select (2",
    "1) where (true",
    "1) order by (1",
    "1) limit (1",
    "1) group by (1",
    "1) using sample (10",
    "columns('.*')",
    "*",
    "export_rows.Job",
    "a.b",
    "?",
    "$1",
    "unnest([1, 2])",
    "list_transform([1], lambda x: x)",
    "nextval('s')",
    "random()",
    "now()",
    "write_log('x')",
    "",
    "select",
    "Job Day Raised",
]


@pytest.mark.parametrize("expression", FORBIDDEN)
def test_what_could_reach_beyond_its_row_is_refused(expression):
    for known in (COLUMNS, None):
        with pytest.raises(UserError, match="^here: "):
            expressions.check(expression, known, "here")


@pytest.mark.parametrize(
    "expression", [*FORBIDDEN[:8], "Job) window w as (order by Day"]
)
@pytest.mark.parametrize("place", ["column", "filter", "helper"])
def test_a_mapping_with_such_an_expression_changes_nothing(
    expression, place, inbox, data_dir
):
    text = {
        "column": JOBS + f'nsir_open = {{ expression = """{expression}""" }}\n',
        "filter": JOBS + f'[[filters]]\nreason = "x"\ndrop = """{expression}"""\n',
        "helper": JOBS.replace(
            "[columns]",
            f'[helpers]\nx = {{ expression = """{expression}""" }}\n[columns]',
        ),
    }[place]
    save_mapping(data_dir, text)
    before = everything(data_dir)
    rows = JOB_ROWS.replace("Borough", "Day").replace('"Borough"', '"Day"')
    with pytest.raises(UserError) as caught:
        take(save(inbox, rows), "jobs", data_dir)
    assert "\n" not in str(caught.value)
    assert everything(data_dir) == before


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("uper(Job)", "Did you mean 'upper'?"),
        ("upper(Jbo)", "Did you mean 'Job'?"),
        ("upper(job)", "Did you mean 'Job'?"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest(expression, words):
    with pytest.raises(UserError, match="here: There is no") as caught:
        expressions.check(expression, COLUMNS, "here")
    assert words in str(caught.value)
    assert expression in str(caught.value)


def test_functions_are_looked_up_when_the_mapping_is_read(data_dir):
    save_mapping(data_dir, JOBS + 'nsir_open = { expression = "uper(Job)" }\n')
    with pytest.raises(UserError, match="jobs.toml, nsir_open: .*Did you mean 'upper'"):
        mappings.load("jobs", data_dir)


@pytest.mark.parametrize(
    "expression",
    [
        "Job + Raised",
        "upper(Job, Raised)",
        "strptime(Job, '%Q')",
        "regexp_matches(Job, '(')",
        "left(Job)",
        "Job::no_such_type",
    ],
)
def test_an_expression_without_a_value_is_reported_as_such(expression, inbox, data_dir):
    save_mapping(data_dir, JOBS + f'nsir_open = {{ expression = "{expression}" }}\n')
    before = everything(data_dir)
    with pytest.raises(
        UserError, match="mapping jobs, nsir_open: .*cannot be worked out"
    ):
        take(save(inbox, JOB_ROWS), "jobs", data_dir)
    assert everything(data_dir) == before


def test_a_row_on_which_an_expression_fails_is_flagged_or_refused_alone(
    inbox, data_dir
):
    text = JOBS.replace(
        'created_at = { column = "Raised", format = "%d/%m/%Y %H:%M" }',
        "created_at = { expression = \"strptime(Raised, '%d/%m/%Y %H:%M')\" }\n"
        'units_assigned = { expression = "Borough::int + 1" }',
    ).replace('bocu_code = { column = "Borough" }\n', "")
    text += '[[filters]]\nreason = "many"\ndrop = "Borough::int > 9"\n'
    save_mapping(data_dir, text)
    content = (
        "Job,Raised,Borough\n1,05/11/2003 23:58,3\n2,yesterday,4\n"
        "3,05/11/2003 23:58,three\n4,05/11/2003 23:58,10\n5,,5\n6,05/11/2003 23:58,\n"
    )
    account = take(save(inbox, content), "jobs", data_dir)
    assert account["reasons"] == {"many": 1, "cannot_be_worked_out": 1, "missing": 1}
    assert account["flags"] == {"cannot_be_worked_out": 1}
    rows = held(data_dir, "incidents")
    assert values(rows, "incident_ref", "units_assigned") == [
        ("1", 4),
        ("3", None),
        ("6", None),
    ]
    assert clocks(rows, "created_at") == ["2003-11-05T23:58:00+00:00"] * 3
    refused = quarantined(data_dir, account)
    assert [(row["incident_ref"], row["rules"]) for row in refused] == [
        ("2", "cannot_be_worked_out"),
        ("5", "missing"),
    ]


def nested(inside: str, rest: str, times: int) -> str:
    return f"{inside}(" * times + "a" + f", {rest})" * times


@pytest.mark.parametrize(
    "expression",
    [
        "rpad(a, 1e9, 'y')",
        "lpad(a, 10 * 10, 'y')",
        "repeat(a, 1000000000)",
        "range(1000000000)",
        "list_aggregate([a], 'sum')",
        "printf('%1000000000d', 1)",
        "replace(a, 'x', a)",
        nested("replace", "'x', 'xxxxxxxxxx'", 12),
        nested("REGEXP_REPLACE", r"'(.)', '\1\1', 'g'", 6),
        "a::integer[100000]",
        "cast(a as map(varchar, varchar))",
        "a::struct(b integer)",
    ],
)
def test_what_grows_without_a_limit_is_refused(expression):
    started = time.process_time()
    assert expressions.faults(expression, ["a"], "x.toml, a")
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "expression",
    [
        "lpad(a, 8, '0')",
        nested("replace", "'-', ''", 12),
        nested("replace", "' and ', ' & '", 6),
        r"regexp_replace(a, '^(\d+)/(\d+)$', '\2-\1')",
        "a::decimal(18, 2)",
    ],
)
def test_what_mends_a_text_is_allowed(expression):
    assert expressions.faults(expression, ["a"], "x.toml, a") == []
