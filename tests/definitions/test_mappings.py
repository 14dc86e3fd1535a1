"""Mappings: what they may say, and names that do not exist."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from kpis.definitions import mappings
from kpis.errors import UserError
from tests.exports import JOBS, save, save_mapping

LONDON = ZoneInfo("Europe/London")


def without(line: str) -> str:
    return "".join(one for one in JOBS.splitlines(True) if not one.startswith(line))


# what is wrong, mapping, words of the message
FAULTS = {
    "no TOML": ("title = 'x", ("jobs.toml",)),
    "unknown key": ('delimeter = ";"\n' + JOBS, ("key 'delimeter'", "'delimiter'?")),
    "own key": ('digest = "x"\n' + JOBS, ("no key 'digest'",)),
    "unknown section key": (
        JOBS + '[edition]\nfilename = "x"\n', ("'filename'", "'file_name'?"),
    ),
    "unknown column key": (
        JOBS.replace('column = "Job"', 'colum = "Job"'), ("'colum'", "'column'?"),
    ),
    "unknown covers key": (JOBS + '[covers]\narea = "all"\n', ("mean 'areas'?",)),
    "unknown filter key": (
        JOBS + '[[filters]]\nreason = "x"\ndop = "true"\n', ("'dop'", "'drop'?"),
    ),
    "no title": (without("title"), ("missing", "title")),
    "unknown source": (
        JOBS.replace('"incidents"', '"incident"'), ("mean 'incidents'?",),
    ),
    "unknown contract column": (
        JOBS.replace("created_at", "created"), ("'created'", "'created_at'?"),
    ),
    "no required column": (without("origin"), ("requires origin", "Who asked.")),
    "unknown encoding": (
        'encoding = "utf8"\n' + JOBS, ("encoding = 'utf8'", "'utf-8'?"),
    ),
    "unknown zone": (
        JOBS.replace("Europe/London", "Europe/Londres"), ("'Europe/London'?",),
    ),
    "unknown replaces": (
        JOBS + '[edition]\nreplaces = "periods"\n', ("'periods'", "'period'?"),
    ),
    "unknown areas": (
        JOBS + '[covers]\nareas = "some"\n',
        ("areas = 'some' is not a choice", "'all', 'present'"),
    ),
    "unknown decimal": (
        'decimal = ";"\n' + JOBS, ("decimal = ';' is not a choice", "'.', ','"),
    ),
    "long delimiter": ('delimiter = ";;"\n' + JOBS, ("delimiter must be one",)),
    "no delimiter": ('delimiter = ""\n' + JOBS, ("delimiter must be one",)),
    "line end as delimiter": ('delimiter = "\\n"\n' + JOBS, ("delimiter must be one",)),
    "wide quote": ('quote = "“"\n' + JOBS, ("quote must be one",)),
    "quote is delimiter": ('quote = ","\n' + JOBS, ("cannot be the same",)),
    "negative footer": ("footer_rows = -1\n" + JOBS, ("cannot be negative",)),
    "text for a number": ('footer_rows = "1"\n' + JOBS, ("must be a whole number",)),
    "truth for a number": ("footer_rows = true\n" + JOBS, ("must be a whole number",)),
    "text for a list": ('nulls = "NULL"\n' + JOBS, ("nulls = 'NULL'", "list of texts")),
    "numbers in a list": ("nulls = [0]\n" + JOBS, ("list of texts",)),
    "text for a column": (
        JOBS.replace('{ column = "Job" }', '"Job"'),
        ("jobs.toml, columns: incident_ref = 'Job'", "{ key = value }"),
    ),
    "text for columns": ('columns = "Job"\n' + without("[col"), ("[columns]",)),
    "one filter": (
        JOBS + '[filters]\nreason = "x"\ndrop = "true"\n', ("[[filters]]", "brackets"),
    ),
    "filters of one name": (
        JOBS + '[[filters]]\nreason = "x"\ndrop = "true"\n' * 2, ("reason of its own",),
    ),
    "filter without a name": (
        JOBS + '[[filters]]\nreason = ""\ndrop = "true"\n', ("reason of its own",),
    ),
    "codes that are numbers": (
        JOBS + "grade_final = { column = 'x', codes = { a = 1 } }\n", ("of texts",),
    ),
    "two ways": (
        JOBS + "grade_final = { column = 'x', constant = 'I' }\n", ("exactly one",),
    ),
    "no way": (JOBS + "grade_final = { nulls = ['x'] }\n", ("exactly one",)),
    "after without seconds": (
        JOBS + "closed_at = { after = 'created_at' }\n", ("go together",),
    ),
    "after an unknown column": (
        JOBS + "closed_at = { after = 'created', seconds = 'x' }\n", ("'created_at'?",),
    ),
    "after what is no time": (
        JOBS + "closed_at = { after = 'origin', seconds = 'x' }\n",
        ("no column 'origin'",),
    ),
    "after itself": (
        JOBS + "closed_at = { after = 'closed_at', seconds = 'x' }\n",
        ("no column 'closed_at'",),
    ),
    "after a later line": (
        JOBS + "closed_at = { after = 'regraded_at', seconds = 'x' }\n"
        "regraded_at = { column = 'y' }\n", ("put regraded_at above closed_at",),
    ) ,
    "a text that rolls over": (
        JOBS + "nsir_open = { column = 'x', rolls_over_after = 'created_at' }\n",
        ("only a time can follow",),
    ),
    "a text with a format": (
        JOBS + "nsir_open = { column = 'x', format = '%d' }\n", ("has a format",),
    ),
    "unknown sign in a format": (
        JOBS.replace("%H:%M", "%H:%Q"), ("%Q is not a part", "%d/%m/%Y %H:%Q"),
    ),
    "time without its clock": (
        JOBS.replace(" %H:%M", ""), ("created_at", "needs its clock"),
    ),
    "half a day's clock": (JOBS.replace("%H:%M", "%I:%M"), ("%I needs %p",)),
    "format that breaks off": (JOBS.replace("%H:%M", "%H:%"), ("% is not a part",)),
    "local time without a zone": (
        JOBS.replace('time_zone = "Europe/London"', ""), ("add time_zone",),
    ),
    "constant of no value": (
        JOBS.replace('constant = "public"', 'constant = "pubic"'), ("mean 'public'?",),
    ),
    "number that is no caller": (
        JOBS + "nsir_open = { number = 'x' }\n", ("only a caller is",),
    ),
    "broken pattern": (
        JOBS + "[edition]\nfile_name = '(?P<year>'\n", ("edition.file_name",),
    ),
    "pattern without a year": (
        JOBS + "[edition]\nfile_name = 'x'\n", ("(?P<year>...) is missing",),
    ),
    "pattern without an end": (
        JOBS + "[covers]\nfile_name = '(?P<first>x)'\n", ("(?P<last>...) is missing",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_reported_with_its_place_and_the_nearest_name(fault, data_dir):
    text, words = FAULTS[fault]
    save_mapping(data_dir, text)
    with pytest.raises(UserError) as caught:
        mappings.load("jobs", data_dir)
    for word in words:
        assert word in str(caught.value)


def test_all_faults_of_a_mapping_are_reported_at_once(data_dir):
    text = without("origin").replace("%d/%m", "%q/%m") + (
        "grade_final = { column = 'x', constant = 'J' }\n"
        "closed_at = { column = 5 }\n"
        "[edition]\nreplaces = 'periods'\nfile_name = 'x'\n"
    )
    save_mapping(data_dir, text)
    with pytest.raises(UserError) as caught:
        mappings.load("jobs", data_dir)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "jobs.toml, columns.closed_at",
        "jobs.toml, edition",
        "jobs.toml",
        "jobs.toml, created_at",
        "jobs.toml, grade_final",
        "jobs.toml, grade_final",
        "jobs.toml, closed_at",
        "jobs.toml, edition.file_name",
    ]


def test_a_caller_is_given_as_number_or_hash(data_dir):
    calls = mappings.load("canonical_calls", data_dir)
    assert calls.columns["caller_hash"].hash == "caller_hash"
    assert not calls.hides_numbers
    assert mappings.load("anonymous_bank", data_dir).hides_numbers


def test_the_force_s_own_mapping_replaces_a_shipped_one(data_dir):
    assert mappings.load("lfb_dwelling_fires", data_dir).title != "Job log"
    save_mapping(data_dir, JOBS, "lfb_dwelling_fires")
    assert mappings.load("lfb_dwelling_fires", data_dir).title == "Job log"
    assert "lfb_dwelling_fires" in mappings.available(data_dir)


def test_a_mapping_may_be_given_by_its_path(data_dir, tmp_path):
    path = save(tmp_path / "elsewhere", JOBS, "other.toml")
    assert mappings.load(str(path), data_dir).name == "other"
    with pytest.raises(UserError, match="there is no such file"):
        mappings.load(str(tmp_path / "none.toml"), data_dir)


DAY = r"(?P<year>\d{4})(-(?P<month>\d+))?(-(?P<day>\d+))?"
HOUR = r"(T(?P<hour>\d\d)(?P<minute>\d\d))?"
EDITION = f"""[edition]
file_name = '{DAY}{HOUR}'
[covers]
file_name = '(?P<first>[\\d-]+)_to_(?P<last>[\\d-]+)'
"""


@pytest.mark.parametrize(
    ("name", "made_at"),
    [
        ("x_2003.csv", datetime(2004, 1, 1)),
        ("x_2003-04.csv", datetime(2003, 5, 1)),
        ("x_2003-12.csv", datetime(2004, 1, 1)),
        ("x_2004-02.csv", datetime(2004, 3, 1)),
        ("x_2003-12-31.csv", datetime(2004, 1, 1)),
        ("x_2003-07-05T0830.csv", datetime(2003, 7, 5, 8, 30)),
        ("x.csv", None),
    ],
)
def test_a_file_s_name_says_when_it_was_made(name, made_at, data_dir):
    save_mapping(data_dir, JOBS + EDITION)
    one = mappings.load("jobs", data_dir)
    assert mappings.extracted_at(one, name) == (
        made_at and made_at.replace(tzinfo=LONDON)
    )


@pytest.mark.parametrize(
    "name", ["2003-13.csv", "2003-02-30.csv", "2003-02-03T2560.csv"]
)
def test_a_name_with_an_impossible_date_is_reported(name, data_dir):
    save_mapping(data_dir, JOBS + EDITION)
    with pytest.raises(UserError, match=f"{name}: .*--extracted-at"):
        mappings.extracted_at(mappings.load("jobs", data_dir), name)


def test_a_file_s_name_says_what_it_covers(data_dir):
    save_mapping(data_dir, JOBS + EDITION)
    one = mappings.load("jobs", data_dir)
    name = "x_2003-04-01_to_2003-04-30.csv"
    assert mappings.covered_period(one, name) == (date(2003, 4, 1), date(2003, 4, 30))
    assert mappings.covered_period(one, "x.csv") is None
    with pytest.raises(UserError, match="--covers"):
        mappings.covered_period(one, "x_2003-04-01_to_2003-04-31.csv")


def test_clock_changes_of_two_zones():
    missing, twice = mappings.clock_changes("Europe/London")
    assert datetime(2003, 3, 30, 1) in missing
    assert datetime(2003, 10, 26, 1) in twice
    assert len(missing) == len(twice) == 60
    missing, twice = mappings.clock_changes("America/Los_Angeles")
    assert datetime(2023, 3, 12, 2) in missing
    assert datetime(2023, 11, 5, 1) in twice
    assert mappings.clock_changes("UTC") == ([], [])


def test_what_the_canonical_layout_lacks_was_not_measured(data_dir):
    one = mappings.load("canonical_incidents", data_dir)
    header = ["incident_ref", "created_at", "origin", "grade_first", "rules", ""]
    kept = mappings.for_header(one, header)
    assert sorted(kept.columns) == sorted(header[:4])
    with pytest.raises(UserError, match="Did you mean 'first_on_scene_at'"):
        mappings.for_header(one, [*header, "first_on_scene"])
    # other columns next to a complete row do not matter
    assert mappings.for_header(one, [*one.columns, "remarks"]) == one
    without_key = mappings.for_header(one, header[1:])
    with pytest.raises(UserError, match="no column 'incident_ref'"):
        mappings.check_header(without_key, header[1:])
