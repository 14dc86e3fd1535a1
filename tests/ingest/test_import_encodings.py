"""The same rows, however they are written: encodings, line ends, times, containers."""

import gzip
from datetime import UTC, date, datetime, time

import duckdb
import openpyxl
import pytest

from kpis.ingest import lake
from tests.exports import (
    JOB_ROWS,
    JOBS,
    canonical,
    clocks,
    held,
    quarantined,
    save,
    save_mapping,
    take,
    values,
)

RAISED = ["2003-11-05T23:58:00+00:00", "2003-11-06T08:15:00+00:00"]
QUOTED_ROWS = JOB_ROWS.replace("Camden", '"Camden"')
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


def jobs(inbox, data_dir, content, name="export.csv", also="", text=JOBS):
    """Import a job log through the mapping with further lines at its top."""
    save_mapping(data_dir, also + text)
    account = take(save(inbox, content, name), "jobs", data_dir)
    return account, held(data_dir, "incidents")


def is_the_job_log(rows) -> bool:
    return (
        values(rows, "incident_ref", "bocu_code") == [("1", "EK"), ("2", "QK")]
        and clocks(rows, "created_at") == RAISED
        and rows["line"].tolist() == [2, 3]
    )


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", JOB_ROWS.encode()),
        ("utf-8", BOM + JOB_ROWS.encode()),
        ("utf-8", BOM.decode("latin-1").encode() + JOB_ROWS.encode()),
        ("windows-1252", JOB_ROWS.encode("cp1252")),
        ("windows-1252", BOM + JOB_ROWS.encode()),
        ("latin-1", JOB_ROWS.encode("latin-1")),
        ("utf-16", JOB_ROWS.encode("utf-16")),
        ("utf-16", b"\xff\xfe" + JOB_ROWS.encode("utf-16-le")),
        ("utf-16", b"\xfe\xff" + JOB_ROWS.encode("utf-16-be")),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(
    inbox, data_dir, encoding, content, end
):
    ends = [
        one.encode("utf-16-be" if b"\0\n" in content else "utf-16-le")
        for one in ("\n", end)
    ]
    if b"\0" not in content:
        ends = [b"\n", end.encode()]
    content = content.replace(*ends)
    _, rows = jobs(inbox, data_dir, content, also=f'encoding = "{encoding}"\n')
    assert is_the_job_log(rows)


@pytest.mark.parametrize(
    "content",
    [
        JOB_ROWS.removesuffix("\n"),
        JOB_ROWS.replace("\n", "\r\n", 2),
        JOB_ROWS.replace("\n", "\r\n", 1),
        JOB_ROWS.removesuffix("\n").replace("\n", "\r\n"),
        JOB_ROWS + "\n\n\r\n",
        JOB_ROWS.replace("Camden", "  Camden "),
        JOB_ROWS.replace("Job", "job").replace("job", "Job"),
        '"Job","Raised","Borough"\n"1","05/11/2003 23:58","Camden"\n'
        '"2","06/11/2003 08:15","Brent"\n',
    ],
)
def test_ways_to_end_lines_and_to_quote_change_nothing(inbox, data_dir, content):
    assert is_the_job_log(jobs(inbox, data_dir, content)[1])


PLACES = """\
title = "Places"
source = "incidents"
time_zone = "Europe/London"
encoding = "ENCODING"
[columns]
incident_ref = { column = "Job" }
created_at = { column = "Raised" }
nsir_open = { column = "Cost (£)" }
nsir_close = { column = "Note" }
grade_first = { constant = "I" }
origin = { constant = "public" }
"""


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", "caf\u00e9 \u2019s \U0001f692"),
        ("windows-1252", "caf\u00e9 \u2019s \u20ac"),
        ("latin-1", "caf\u00e9 \u00a3"),
        ("utf-16", "caf\u00e9 \u2019s \U0001f692"),
    ],
)
def test_characters_beyond_ascii_arrive_unchanged(inbox, data_dir, encoding, note):
    text = f"Job,Raised,Cost (£),Note\n1,2003-11-05 23:58:00,£5,{note}\n"
    python_name = {"windows-1252": "cp1252"}.get(encoding, encoding)
    mapping = PLACES.replace("ENCODING", encoding)
    _, rows = jobs(inbox, data_dir, text.encode(python_name), text=mapping)
    assert values(rows, "nsir_open", "nsir_close") == [("£5", note)]


def test_lines_are_physical_after_breaks_inside_quotes_and_blank_lines(inbox, data_dir):
    content = (
        "Job,Raised,Borough\n"
        '1,05/11/2003 10:00,"Cam\nden"\n'
        "\n"
        "2,05/11/2003 11:00,Brent\n"
        '"3\n\n4",05/11/2003 12:00,Brent\n'
        "5,never,Brent\n"
        "6,05/11/2003 13:00\n"
        "7,05/11/2003 14:00,Brent\n"
    )
    account, rows = jobs(inbox, data_dir, content)
    assert values(rows, "incident_ref", "line") == [
        ("1", 2),
        ("2", 5),
        ("3\n\n4", 6),
        ("7", 11),
    ]
    assert values(rows, "bocu_code")[0] == "EK"
    assert [row["quarantined_line"] for row in quarantined(data_dir, account)] == [
        "9",
        "10",
    ]


def test_a_file_larger_than_one_block_keeps_its_lines(inbox, data_dir):
    count = 330_000
    note = '"' + "x" * 50 + '\n"'
    body = "".join(
        f"{n},05/11/2003 10:00,{note if n % 1000 == 0 else 'Brent' + ' ' * 45}\n"
        for n in range(1, count + 1)
    )
    account, rows = jobs(inbox, data_dir, "Job,Raised,Borough\n" + body)
    assert account["accepted"] == count
    number = rows["incident_ref"].astype(int)
    assert (rows["line"] == number + 1 + (number - 1) // 1000).all()
    assert len(body) > 2 * 2**24 - 10**7


def test_decimal_comma_and_semicolon(inbox, data_dir):
    mapping = """\
title = "Figures"
source = "published_figures"
delimiter = ";"
decimal = ","
[columns]
kpi_id = { constant = "cust_public_confidence" }
area_code = { column = "Borough" }
period_start_on = { constant = "2004-01-01" }
period_end_on = { column = "End", format = "%d.%m.%Y" }
value = { column = "Value" }
n = { column = "N" }
source = { constant = "Survey" }
"""
    save_mapping(data_dir, mapping)
    content = (
        "Borough;End;Value;N\nBrent;31.03.2004;0,56;1200,0\nCamden;31.3.2004;,5;\n"
    )
    take(save(inbox, content), "jobs", data_dir)
    rows = held(data_dir, "published_figures")
    assert [(float(a), b) for a, b in values(rows, "value", "n")] == [
        (0.56, 1200),
        (0.5, None),
    ]
    assert values(rows, "period_end_on") == [date(2004, 3, 31)] * 2


CLOCKS = """\
title = "Clocks"
source = "incidents"
time_zone = "Europe/London"
[columns]
incident_ref = { column = "Job" }
created_at = { columns = ["Day", "Raised"], format = "%d/%m/%Y %H:%M:%S" }
grade_first = { constant = "I" }
origin = { constant = "public" }
first_dispatched_at = { after = "created_at", seconds = "Sent" }
[columns.first_on_scene_at]
expression = "case when Arrived is not null then Day || ' ' || Arrived end"
format = "%d/%m/%Y %H:%M:%S"
rolls_over_after = "created_at"
"""


def test_clocks_and_days_in_two_columns_and_durations_become_instants(inbox, data_dir):
    content = (
        "Job,Day,Raised,Sent,Arrived\n"
        "1,05/07/2003,23:58:00,30.5,00:07:00\n"
        "2,05/07/2003,08:00:00,,\n"
        "3,05/07/2003,08:00:00,soon,08:05:00\n"
        "4,05/07/2003,08:00:00,99999999999999,08:05\n"
        "5,05/07/2003,08:00:00,9e15,07:00:00\n"
        "6,05/07/2003,08:00:00,-999999999,08:05:00\n"
    )
    account, rows = jobs(inbox, data_dir, content, text=CLOCKS)
    assert clocks(rows, "first_dispatched_at") == [
        "2003-07-05T23:58:30.500000+01:00",
        *[None] * 5,
    ]
    assert clocks(rows, "first_on_scene_at") == [
        "2003-07-06T00:07:00+01:00",
        None,
        "2003-07-05T08:05:00+01:00",
        None,
        # an hour early is not past midnight: it is kept for the rule to judge
        None,
        "2003-07-05T08:05:00+01:00",
    ]
    flags = [
        None if one is None else [(two["rule"], two["value"]) for two in one]
        for one in rows["flags"]
    ]
    assert flags == [
        None,
        None,
        [("not_a_number", "soon")],
        [("not_a_number", "99999999999999"), ("not_an_instant", "05/07/2003 08:05")],
        [
            ("not_a_number", "9e15"),
            ("on_scene_before_created", "2003-07-05 07:00:00+01"),
        ],
        [("not_an_instant", "-999999999")],
    ]
    assert account["flagged"] == 4


def test_a_clock_rolls_over_only_after_a_time_that_can_be_read(inbox, data_dir):
    mapping = CLOCKS.replace(
        "[columns]",
        '[helpers]\nentered = { column = "Entered", format = "%d/%m/%Y %H:%M:%S" }\n'
        "[columns]",
    ).replace('rolls_over_after = "created_at"', 'rolls_over_after = "entered"')
    content = (
        "Job,Day,Raised,Sent,Arrived,Entered\n"
        "1,05/07/2003,23:58:00,,00:07:00,05/07/2003 23:59:00\n"
        "2,05/07/2003,23:58:00,,23:59:00,\n"
        "3,05/07/2003,23:58:00,,00:07:00,rubbish\n"
    )
    _, rows = jobs(inbox, data_dir, content, text=mapping)
    assert clocks(rows, "first_on_scene_at") == [
        "2003-07-06T00:07:00+01:00",
        "2003-07-05T23:59:00+01:00",
        None,
    ]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2003-07-05T10:00:00+01:00", "2003-07-05T10:00:00+01:00"),
        ("2003-07-05T10:00:00+0100", "2003-07-05T10:00:00+01:00"),
        ("2003-07-05T10:00:00+01", "2003-07-05T10:00:00+01:00"),
        ("2003-07-05T09:00:00Z", "2003-07-05T10:00:00+01:00"),
        ("2003-07-05 05:00:00-04:00", "2003-07-05T10:00:00+01:00"),
        ("2003-07-05 10:00+01", "2003-07-05T10:00:00+01:00"),
        ("2003-10-26T01:30:00+01:00", "2003-10-26T01:30:00+01:00"),
        ("2003-10-26T01:30:00+00:00", "2003-10-26T01:30:00+00:00"),
        ("2003-03-30T01:30:00+00:00", "2003-03-30T02:30:00+01:00"),
    ],
)
def test_offsets(inbox, data_dir, written, instant):
    path = save(inbox, canonical("incidents", {"appointment_at": written}))
    take(path, "canonical_incidents", data_dir)
    assert clocks(held(data_dir, "incidents"), "appointment_at") == [instant]


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("2003-07-05T10:00:00", "no_offset"),
        ("2003-07-05", "not_an_instant"),
        ("2003-02-30T10:00:00+00:00", "not_an_instant"),
        ("2003-07-05T25:00:00+00:00", "not_an_instant"),
        ("infinity", "not_an_instant"),
        ("epoch", "not_an_instant"),
        ("0203-07-05T10:00:00+00:00", "not_an_instant"),
        ("20030-07-05T10:00:00+00:00", "not_an_instant"),
        ("290000-07-05T10:00:00+00:00", "not_an_instant"),
        ("1066-10-14T10:00:00+00:00", "not_an_instant"),
    ],
)
def test_what_is_not_an_instant_is_flagged_with_its_text(
    inbox, data_dir, written, rule
):
    path = save(inbox, canonical("incidents", {"appointment_at": written}))
    account = take(path, "canonical_incidents", data_dir)
    rows = held(data_dir, "incidents")
    assert clocks(rows, "appointment_at") == [None]
    assert account["flags"] == {rule: 1}
    assert dict(rows["flags"][0][0]) == {
        "rule": rule,
        "column": "appointment_at",
        "value": written,
    }


LOCAL = """\
title = "Local times"
source = "incidents"
time_zone = "Europe/London"
[columns]
incident_ref = { column = "Job" }
created_at = { column = "Raised" }
closed_at = { column = "Closed", format = "%d/%m/%Y %H:%M" }
grade_first = { constant = "I" }
origin = { constant = "public" }
"""


def test_local_times_at_clock_changes_are_refused_or_left_out_not_guessed(
    inbox, data_dir
):
    content = (
        "Job,Raised,Closed\n"
        "1,2003-03-30 00:59:59,30/03/2003 02:00\n"
        "2,2003-03-30 01:00:00,\n"
        "3,2003-03-30 00:30:00,30/03/2003 01:59\n"
        "4,2003-10-26 00:59:59,26/10/2003 02:00\n"
        "5,2003-10-26 01:30:00,\n"
        "6,2003-10-26 00:30:00,26/10/2003 01:00\n"
        "7,2003-10-26T01:30:00+01:00,\n"
        "8,2003-10-26T01:30:00+00:00,\n"
        "9,2003-07-05 10:00:00 GMT,\n"
        "10,2003-07-05,\n"
    )
    account, rows = jobs(inbox, data_dir, content, text=LOCAL)
    assert values(rows, "incident_ref") == ["1", "3", "4", "6", "7", "8"]
    assert clocks(rows, "created_at") == [
        "2003-03-30T00:59:59+00:00",
        "2003-03-30T00:30:00+00:00",
        "2003-10-26T00:59:59+01:00",
        "2003-10-26T00:30:00+01:00",
        "2003-10-26T01:30:00+01:00",
        "2003-10-26T01:30:00+00:00",
    ]
    assert clocks(rows, "closed_at") == [
        "2003-03-30T02:00:00+01:00",
        None,
        "2003-10-26T02:00:00+00:00",
        None,
        None,
        None,
    ]
    assert account["reasons"] == {
        "local_time_does_not_exist": 1,
        "local_time_occurs_twice": 1,
        "not_an_instant": 2,
    }
    assert account["flags"] == {
        "local_time_does_not_exist": 1,
        "local_time_occurs_twice": 1,
    }
    refused = quarantined(data_dir, account)
    assert [row["incident_ref"] for row in refused] == ["2", "5", "9", "10"]
    assert refused[0]["created_at"] == "2003-03-30 01:00:00"
    assert "offset" in refused[1]["what_would_be_right"]


def test_one_borough_has_many_spellings(inbox, data_dir):
    spellings = [
        "Kensington and Chelsea", "KENSINGTON & CHELSEA", "kensington and chelsea ",
        "K&C", "RBKC", "bs", "BS", "E09000020", "Kensington  and  Chelsea",
        "Royal Borough of Kensington and Chelsea",
    ]  # fmt: skip
    content = "Job,Raised,Borough\n" + "".join(
        f"{place},05/11/2003 10:00,{spelling}\n"
        for place, spelling in enumerate([*spellings, "Kensal Green", ""])
    )
    account, rows = jobs(inbox, data_dir, content)
    assert values(rows, "bocu_code") == ["BS"] * len(spellings) + [None, None]
    assert account["flags"] == {"unknown_code": 1}
    assert rows["flags"].iloc[-2][0]["value"] == "Kensal Green"


def test_a_compressed_file(inbox, data_dir):
    content = gzip.compress(JOB_ROWS.encode("utf-16"))
    _, rows = jobs(inbox, data_dir, content, "jobs.csv.gz", 'encoding = "utf-16"\n')
    assert is_the_job_log(rows)


def test_a_workbook(inbox, data_dir):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Job log of November"])
    sheet.append(["Job", "Raised", "Borough"])
    sheet.append([1, datetime(2003, 11, 5, 23, 58), "Camden"])
    sheet.append([None, None, None])
    sheet.append([2, datetime(2003, 11, 6, 8, 15), 'the "Brent" one; or so'])
    sheet["D9"].font = openpyxl.styles.Font(bold=True)
    book.create_sheet("Other", 1).append(["nothing"])
    book.active = 1
    book.save(inbox / "jobs.xlsx")
    # delimiter and quote are those of text files, and do not matter here
    text = JOBS.replace(', format = "%d/%m/%Y %H:%M"', "")
    also = 'delimiter = ";"\nquote = ""\nheader_rows_above = 1\n'
    save_mapping(data_dir, also + text)
    take(inbox / "jobs.xlsx", "jobs", data_dir)
    rows = held(data_dir, "incidents")
    assert clocks(rows, "created_at") == RAISED
    assert values(rows, "incident_ref", "bocu_code", "line") == [
        ("1", "EK", 3),
        ("2", None, 5),
    ]


def test_a_parquet_file(inbox, data_dir):
    path = inbox / "jobs.parquet"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            "copy (select 1 as \"Job\", timestamptz '2003-07-05 22:58:00+00' as "
            '"Raised", \'K&C\' as "Borough" union all '
            "select 2, timestamptz '2003-10-26 01:30:00+00', null) "
            f"to '{path}' (format parquet)"
        )
    text = JOBS.replace(', format = "%d/%m/%Y %H:%M"', "")
    save_mapping(data_dir, 'delimiter = ";"\n' + text)
    take(path, "jobs", data_dir)
    rows = held(data_dir, "incidents")
    assert values(rows, "incident_ref", "bocu_code", "line") == [
        ("1", "BS", 2),
        ("2", None, 3),
    ]
    assert clocks(rows, "created_at") == [
        "2003-07-05T23:58:00+01:00",
        "2003-10-26T01:30:00+00:00",
    ]


def test_rows_above_the_header_and_below_the_last_row(inbox, data_dir):
    content = f'Jobs of "November\n\n{JOB_ROWS}\nTOTAL,2\n'
    also = "header_rows_above = 2\nfooter_rows = 1\n"
    account, rows = jobs(inbox, data_dir, content, also=also)
    assert values(rows, "incident_ref", "line") == [("1", 4), ("2", 5)]
    assert account["read"] == account["accepted"] == 2


@pytest.mark.parametrize("above", ['Jobs of "November', '"Jobs, of', "Jobs"])
def test_a_quote_above_the_header_does_not_swallow_a_row(above, inbox, data_dir):
    also = "header_rows_above = 1\n"
    content = f"{above}\n{QUOTED_ROWS}"
    _, rows = jobs(inbox, data_dir, content, also=also)
    assert values(rows, "incident_ref", "line") == [("1", 3), ("2", 4)]


def test_a_header_with_a_line_break_loses_no_row(inbox, data_dir):
    content = QUOTED_ROWS.replace("Raised", '"Raised\nby"', 1)
    text = JOBS.replace('"Raised"', '"Raised\\nby"')
    _, rows = jobs(inbox, data_dir, content, text=text)
    assert values(rows, "incident_ref", "line") == [("1", 3), ("2", 4)]


def test_words_for_null(inbox, data_dir):
    text = JOBS.replace('column = "Borough"', 'column = "Borough", nulls = ["-"]')
    content = "Job,Raised,Borough\n1,05/11/2003 10:00,NULL\n2,05/11/2003 10:00, - \n"
    account, rows = jobs(inbox, data_dir, content, also='nulls = ["NULL"]\n', text=text)
    assert values(rows, "bocu_code") == [None, None]
    assert account["flagged"] == 0


def test_every_month_of_a_long_file_goes_into_the_lake(inbox, data_dir):
    rows = "".join(
        f"{n},{1 + n % 28:02}/{1 + n % 12:02}/{1995 + n % 19} 10:00,Brent\n"
        for n in range(4000)
    )
    account, held_rows = jobs(inbox, data_dir, "Job,Raised,Borough\n" + rows)
    assert account["accepted"] == len(held_rows) == 4000
    months = lake.read_manifest(data_dir)["imports"][account["import_id"]]["months"]
    assert len(months) == 228
    # days after it was made are not covered, even if it has rows of them
    assert (account["covers_from"], account["covers_to"]) == (
        "1995-01-01",
        "2004-03-31",
    )


def test_the_last_row_says_when_the_export_was_made(inbox, data_dir):
    save_mapping(
        data_dir, JOBS.replace("[columns]", "[edition]\nlast_row = true\n[columns]")
    )
    content = "Job,Raised,Borough\n1,24/10/2003 10:00,Brent\n2,25/10/2003 23:30,Brent\n"
    account = take(save(inbox, content), "jobs", data_dir, extracted_at=None)
    made_at = datetime.fromisoformat(account["extracted_at"])
    assert made_at == datetime(2003, 10, 25, 23, tzinfo=UTC)
    assert time(0) == made_at.time()
    assert account["covers_to"] == "2003-10-25"
