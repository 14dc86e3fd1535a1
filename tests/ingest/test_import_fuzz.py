"""A mangled export: the account of its rows adds up, or nothing is changed."""

import shutil
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis.errors import UserError
from kpis.ingest import lake
from tests.exports import (
    adds_up,
    canonical,
    everything,
    held,
    quarantined,
    save,
    save_mapping,
    take,
)

QUEUE = """\
title = "Queue log"
source = "calls"
time_zone = "Europe/London"
decimal = ","

[columns]
call_id = { column = "id" }
line_type = { constant = "non_emergency" }
stage = { constant = "primary" }
origin = { column = "from", codes = { 1 = "public", 2 = "police" } }
offered_at = { columns = ["day", "clock"], format = "%d/%m/%Y %H:%M:%S" }
answered_at = { after = "offered_at", seconds = "wait" }
outcome = { expression = "case when wait is null then 'abandoned' else 'answered' end" }
call_site_code = { column = "site" }
caller_hash = { number = "cli" }
expectation_given = { expression = "(told::int + 1 > 1)::varchar" }

[columns.ended_at]
expression = "strptime(day || ' ' || ended, '%d/%m/%Y %H:%M:%S')"
rolls_over_after = "offered_at"

[[filters]]
reason = "test call"
drop = "told::int = 5"
"""
QUEUE_ROWS = "id,from,day,clock,wait,site,cli,told,ended\n" + "".join(
    f'q{n},{1 + n % 2},{n + 20}/10/2003,0{n % 10}:30:00,{n},"{site}",0207946012{n},'
    f"{n},23:5{n}:00\n"
    for n, site in enumerate(["IR", "Lambeth", "BOW", "", "x,y", "HEN", "a\nb", "IR"])
)
INCIDENTS = canonical(
    "incidents",
    *({"nsir_open": text} for text in ["a", 'b "c"', "", "d,\ne", "f", " g "]),
)
JUNK = [
    "", '"', '""', ",", "\n", "\r\n", "\r", "\n\n", " ", "x", "é", "0", "-1", "Total",
    "NULL", "infinity", "epoch", "2004-13-01", "99999999999999999999", "1e308", "nan",
    "'", ";", "26/10/2003", "01:30:00", "9999-12-31T23:59:59Z", "q1", "\\", "\u2028",
    "2003-03-30T01:30:00", "0044-01-01 (BC) 10:00:00+00", "True", "1,5", "-999999999",
]  # fmt: skip


@st.composite
def mangled(draw, rows: str) -> str:
    """Draw a table with some of its body inserted, dropped, doubled or cut."""
    header, _, body = rows.partition("\n")
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(body)))
        end = min(len(body), at + draw(st.integers(0, 12)))
        kind = draw(
            st.sampled_from(["insert", "drop", "change", "double", "field", "cut"])
        )
        junk = draw(st.sampled_from(JUNK))
        if kind == "insert":
            body = body[:at] + junk + body[at:]
        elif kind == "drop":
            body = body[:at] + body[end:]
        elif kind == "change":
            body = body[:at] + junk + body[end:]
        elif kind == "double":
            lines = body.splitlines(keepends=True)
            body += "".join(lines[: draw(st.integers(0, len(lines)))])
        elif kind == "field":
            fields = body.split(",")
            fields[draw(st.integers(0, len(fields) - 1))] = junk
            body = ",".join(fields)
        elif draw(st.booleans()):
            body = body[:at]
    return f"{header}\n{body}"


def count_records(text: str) -> int:
    """Count the rows of a file character by character, as the export guide says.

    A quote opens at the start of a field and closes at its end. Where that does not
    hold, the row ends on the line of the quote that opened wrongly.
    """
    found, at = 0, text.index("\n") + 1
    while at < len(text):
        end, is_blank = _end_of_record(text, at)
        found += not is_blank
        at = end + 1
    return found


def _end_of_record(text: str, start: int) -> tuple[int, bool]:
    """Return where the record's line ends, and whether there is nothing in it."""
    at = start
    while at < len(text) and text[at] != "\n":
        if text[at] != '"':
            at += 1
            continue
        opened, close = at, at
        if opened == start or text[opened - 1] in ",\r":
            close = _closing(text, opened)
        if close == opened:
            return _line_end(text, opened), False
        at = close + 1
    return at, text[start:at] in ("", "\r")


def _closing(text: str, opened: int) -> int:
    """Return the place of the closing quote, or of the opening one if none closes."""
    at = text.find('"', opened + 1)
    while at >= 0 and text[at + 1 : at + 2] == '"':
        at = text.find('"', at + 2)
    is_right = at >= 0 and text[at + 1 : at + 2] in ("", ",", "\n", "\r")
    return at if is_right else opened


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data directory that holds the rows before they are mangled."""
    directory = tmp_path_factory.mktemp("prepared")
    save_mapping(directory, QUEUE, "queue")
    inbox = tmp_path_factory.mktemp("inbox")
    take(save(inbox, QUEUE_ROWS), "queue", directory)
    take(save(inbox, INCIDENTS), "canonical_incidents", directory)
    return directory


@pytest.mark.parametrize(
    ("source", "mapping", "rows", "percent"),
    [
        ("calls", "queue", QUEUE_ROWS, 15),
        ("incidents", "canonical_incidents", INCIDENTS, 30),
    ],
)
def test_the_account_of_rows_holds(source, mapping, rows, percent, prepared, tmp_path):
    """Each example is a whole import, so only some `percent` of the usual number."""
    numbers = count()

    @settings(max_examples=settings().max_examples * percent // 100)
    @given(mangled(rows))
    def holds(text):
        data_dir = tmp_path / f"data{next(numbers)}"
        shutil.copytree(prepared, data_dir)
        check(text, source, mapping, data_dir, save(tmp_path / "inbox", text))
        shutil.rmtree(data_dir)

    holds()


def check(text: str, source: str, mapping: str, data_dir, path) -> None:
    before = everything(data_dir)
    try:
        account = take(path, mapping, data_dir)
    except UserError as error:
        assert everything(data_dir) == before
        assert "\n" not in str(error)
        return
    if before == everything(data_dir):
        assert account["duplicates"] == account["read"]
        return
    assert adds_up(account)
    assert account["read"] == count_records(text)
    refused = quarantined(data_dir, account)
    assert len(refused) == account["quarantined"]
    stored = held(data_dir, source, account["import_id"])
    record = lake.read_manifest(data_dir)["imports"][account["import_id"]]
    assert len(stored) == record["stored"]
    assert account["accepted"] <= len(stored)
    assert len(stored) <= account["accepted"] + account["duplicates"]
    lines = text.split("\n")
    lines_kept = [*stored["line"], *(int(row["quarantined_line"]) for row in refused)]
    assert len(set(lines_kept)) == len(lines_kept)
    assert all(2 <= line <= len(lines) and lines[line - 1] for line in lines_kept)
    key = {"calls": "call_id", "incidents": "incident_ref"}[source]
    for row in stored.itertuples():
        name = getattr(row, key)
        assert name.split("\n")[0].split('"')[0] in lines[row.line - 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h\n1\n2\n", 2),
        ("h\n1\n\n\r\n2", 2),
        ('h\n"1\n2"\n3\n', 2),
        ('h\n"1\n2\n3\n', 3),
        ('h\n1"2\n3"\n', 2),
        ('h\n"a""b"\n""\n', 2),
    ],
)
def test_rows_are_counted_as_the_guide_says(text, expected):
    assert count_records(text) == expected
