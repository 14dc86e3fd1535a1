"""Files that cannot be read as mapped: one paragraph, exit 2, and nothing changed."""

import gzip
import io
import json
import shutil
import zipfile
import zlib
from datetime import date

import openpyxl
import pytest

from kpis.definitions import mappings
from kpis.errors import UserError
from kpis.ingest import mapping_choice
from tests.exports import (
    JOB_ROWS,
    JOBS,
    adds_up,
    canonical,
    command,
    everything,
    save,
    save_mapping,
    take,
)

RESCUES = "IncidentNumber,DateTimeOfCall,OriginofCall,BoroughCode,PumpCount\n"
WITH_EDITION = JOBS.replace(
    "[columns]", "[edition]\nfile_name = '(?P<year>\\d{4})-(?P<month>\\d+)'\n[columns]"
)


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    directory = tmp_path_factory.mktemp("prepared")
    save_mapping(directory, JOBS)
    content = JOB_ROWS + "3,yesterday,Brent\n"
    take(save(tmp_path_factory.mktemp("earlier"), content), "jobs", directory)
    return directory


@pytest.fixture
def filled(prepared, data_dir):
    """A data directory that holds an import with accepted and refused rows."""
    shutil.copytree(prepared, data_dir, dirs_exist_ok=True)
    return data_dir


def zipped(content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export.csv", content)
    return packed.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Job", "Raised", "Borough"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


PACKED = gzip.compress((JOB_ROWS * 500).encode(), mtime=0)
UNPACKED_LINES = zlib.decompressobj(31).decompress(PACKED[:-20]).count(b"\n")
# name, mapping, content, line and words in the message
BAD_FILES = {
    "wrong mapping": (
        "jobs.csv", "lfb_dwelling_fires", JOB_ROWS, 1,
        ("no column 'IncidentNumber'", "that fits: ", "Job log (mapping jobs)"),
    ),
    "mapping that fits no row": (
        "jobs.csv", "jobs", "Job,Raised,Borough\n1,2003-11-05,QK\n2,2003-11-06,QK\n", 2,
        ("none of 2 rows", "created_at has '2003-11-05' (not_an_instant)"),
    ),
    "misspelt mapping": (
        "jobs.csv", "jbos", JOB_ROWS, None, ("no mapping 'jbos'", "mean 'jobs'"),
    ),
    "missing column": (
        "jobs.csv", "jobs", JOB_ROWS.replace("Raised", "Raised at"), 1,
        ("no column 'Raised'", "mean 'Raised at'"),
    ),
    "missing optional column of the canonical layout": (
        "jobs.csv", "canonical_incidents",
        canonical("incidents", {}).replace("bocu_code", "bocu"), 1,
        ("no column 'bocu'", "mean 'bocu_code'"),
    ),
    "truncated gzip": (
        "jobs.csv.gz", "jobs", PACKED[:-20], UNPACKED_LINES + 1, ("broken off",),
    ),
    "damaged gzip": (
        "jobs.csv.gz", "jobs", PACKED[:40] + b"xxxx" + PACKED[44:], 1, ("damaged",),
    ),
    "empty gzip": ("jobs.csv.gz", "jobs", gzip.compress(b""), None, ("is empty",)),
    "NUL bytes": (
        "jobs.csv", "jobs", JOB_ROWS.replace("Brent", "Br\0nt"), 3, ("NUL", "again"),
    ),
    "empty": ("jobs.csv", "jobs", "", None, ("is empty", "Export it again")),
    "only a header": (
        "jobs.csv", "jobs", "Job,Raised,Borough\n", 1, ("only a header",),
    ),
    "only a header without its line end": (
        "jobs.csv", "jobs", "Job,Raised,Borough", 1, ("only a header",),
    ),
    "only a header and blank lines": (
        "jobs.csv", "jobs", "Job,Raised,Borough\r\n\r\n\r\n", 1, ("only a header",),
    ),
    "totals row": (
        "jobs.csv", "jobs", f"{JOB_ROWS}TOTAL,2,\n", 4,
        ("the last row is a total ('TOTAL')", "footer_rows = 1"),
    ),
    "totals row with fewer columns": (
        "jobs.csv", "jobs", f"{JOB_ROWS}\nGrand total:;2\n".replace(";", ","), 5,
        ("is a total ('Grand total:')",),
    ),
    "totals row with an empty first column": (
        "jobs.csv", "jobs", f'{JOB_ROWS},"Totals",2\n', 4, ("('Totals')",),
    ),
    "header repeated": (
        "jobs.csv", "jobs", JOB_ROWS + JOB_ROWS, 4, ("header is here again",),
    ),
    "column twice": (
        "jobs.csv", "jobs", "Job,Raised,Borough,Raised\n1,,,\n", 1,
        ("column Raised stands 2 times", "'Raised (column 2)' or 'Raised (column 4)'"),
    ),
    "column twice but for case": (
        "jobs.csv", "jobs", "job,Job,Raised,Borough\n1,2,05/11/2003 10:00,\n", 1,
        ("column Job stands 2 times", "'job (column 1)' or 'Job (column 2)'"),
    ),
    "zip named .csv": (
        "jobs.csv", "jobs", zipped(JOB_ROWS), None, ("zip archive", "Unpack it"),
    ),
    "workbook named .csv": ("jobs.csv", "jobs", workbook(), 1, ("only a header",)),
    "broken workbook": (
        "jobs.xlsx", "jobs", workbook()[:1500], None, ("workbook cannot be read",),
    ),
    "zip named .xlsx": (
        "jobs.xlsx", "jobs", zipped(JOB_ROWS), None, ("zip archive", "Unpack it"),
    ),
    "empty workbook": ("jobs.xlsx", "jobs", workbook(), 1, ("only a header",)),
    "broken Parquet": (
        "jobs.parquet", "jobs", b"PAR1 and nothing more PAR1", None,
        ("Parquet file cannot be read",),
    ),
    "no key": (
        "jobs.csv", "jobs", "Job,Raised,Borough\n,05/11/2003 10:00,QK\n", 2,
        ("incident_ref is empty (missing)", "a value is required"),
    ),
    "one key for all": (
        "jobs.csv", "jobs",
        "Job,Raised,Borough\n1,05/11/2003 10:00,QK\n1,05/11/2003 11:00,QK\n", 2,
        ("every one of 2 rows has the key (incident_ref)",),
    ),
    "wrong delimiter": (
        "jobs.csv", "jobs", JOB_ROWS.replace(",", ";"), 1,
        ("no column 'Job'", 'Set delimiter = ";"'),
    ),
    "wrong quote": (
        "jobs.csv", "jobs", "Job,Raised,Borough\n1,'05/11/2003, 10:00',QK\n", 2,
        ("none of 1 rows", "has 4 columns, the header 3", "delimiter and quote"),
    ),
    "invalid UTF-8": (
        "jobs.csv", "jobs", JOB_ROWS.replace("Brent", "Br\xe9nt").encode("latin-1"), 3,
        ("byte 0xe9 is not utf-8", 'encoding = "windows-1252"'),
    ),
    "UTF-8 broken off": (
        "jobs.csv", "jobs", JOB_ROWS.encode() + "3,é".encode()[:-1], 4,
        ("byte 0xc3 is not utf-8",),
    ),
    "no such byte in the encoding": (
        "jobs.csv", "old", JOB_ROWS.encode() + b"3,\x81,\n", 4,
        ("byte 0x81 is not windows-1252",),
    ),
    "file name without a real month": (
        "jobs_2003-13.csv", "dated", JOB_ROWS, None,
        ("does not tell when", "'2003-13'", "--extracted-at"),
    ),
    "unclosed quote in the header": (
        "jobs.csv", "jobs", '"Job,Raised,Borough\n' + "1,2,3\n" * 300_000, 1,
        ("a quote in it is not closed",),
    ),
    "field beyond all measure in the last row": (
        "jobs.csv", "jobs", f"Job,Raised,Borough\n1,{'x' * 200_000},\n", 2,
        ("none of 1 rows", "created_at has 'xxx"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_file_is_refused_in_one_paragraph_and_changes_nothing(case, inbox, filled):
    name, mapping, content, line, words = BAD_FILES[case]
    save_mapping(filled, 'encoding = "windows-1252"\n' + JOBS, "old")
    save_mapping(filled, WITH_EDITION, "dated")
    path = save(inbox, content, name)
    before = everything(filled)
    said = {"extracted_at": None} if mapping == "dated" else {}
    with pytest.raises(UserError) as caught:
        take(path, mapping, filled, **said)
    message = str(caught.value)
    assert everything(filled) == before
    assert not (filled / "temporary").exists()
    assert "\n" not in message
    assert len(message) < 2500
    if case != "misspelt mapping":
        assert message.startswith(f"{name}, line {line}: " if line else f"{name}: ")
    for word in words:
        assert word in message


def test_a_bad_first_file_leaves_only_the_lock(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    before = everything(data_dir)
    with pytest.raises(UserError):
        take(save(inbox, "Job,Raised,Borough\n"), "jobs", data_dir)
    assert everything(data_dir) == before
    assert (data_dir / "lock").read_bytes() == b""
    assert sorted(path.name for path in data_dir.iterdir()) == ["lock", "mappings"]


def test_a_file_that_is_not_there(inbox, filled):
    for path in (inbox / "none.csv", inbox):
        with pytest.raises(UserError, match="there is no such file"):
            take(path, "jobs", filled, extracted_at=None)


def test_when_the_export_was_made_must_be_known(inbox, filled):
    before = everything(filled)
    with pytest.raises(UserError, match="export.csv: .*Add it: --extracted-at 2004-"):
        take(save(inbox, JOB_ROWS), "jobs", filled, extracted_at=None)
    assert everything(filled) == before


def test_a_wrong_mapping_is_reported_before_an_unknown_date(inbox, filled):
    path = save(inbox, JOB_ROWS)
    with pytest.raises(UserError, match="no column 'Job'.* fits: Job log"):
        take(path, "canonical_incidents", filled, extracted_at=None)


@pytest.mark.parametrize(
    ("mapping", "name", "says"),
    [
        ("lfb_dwelling_fires", "lfb_2009_fires.csv", True),
        ("lfb_dwelling_fires", "fires.csv", False),
        ("lfb_animal_rescues", "to_2023-13.csv", False),
        ("mopac_pas_total", "any.csv", True),
    ],
)
def test_what_says_when_the_export_was_made(mapping, name, says, data_dir):
    assert mapping_choice.says_when(mappings.load(mapping, data_dir), name) is says


def test_mappings_that_fit_are_found_by_their_columns(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    save_mapping(data_dir, JOBS.replace("Job", "Case"), "cases")
    packed = inbox / "export.csv.gz"
    packed.write_bytes(gzip.compress(JOB_ROWS.encode()))
    for path in (save(inbox, JOB_ROWS), packed):
        assert [one.name for one in mapping_choice.fitting(path, data_dir)] == ["jobs"]
    neither = save(inbox, "Job,Raised\n1,x\n", "neither.csv")
    assert mapping_choice.fitting(neither, data_dir) == []
    no_text = save(inbox, b"PK\x03\x04 damaged", "damaged.xlsx")
    assert mapping_choice.fitting(no_text, data_dir) == []


@pytest.mark.parametrize("last", ["Total Care Ltd,06/11/2003 08:15,", "Totally,x,y"])
def test_a_word_that_begins_like_a_total_is_not_a_total(last, inbox, data_dir):
    save_mapping(data_dir, JOBS)
    account = take(save(inbox, f"{JOB_ROWS}{last}\n"), "jobs", data_dir)
    assert account["read"] == 3


def test_a_dry_run_writes_nothing_and_gives_the_same_account(inbox, filled):
    path = save(inbox, JOB_ROWS.replace("2,", "x,") + "4,never,\n")
    before = everything(filled)
    tried = take(path, "jobs", filled, is_dry_run=True)
    assert everything(filled) == before
    assert take(path, "jobs", filled) == tried
    assert everything(filled) != before


def test_each_file_of_a_command_is_imported_by_itself(inbox, data_dir):
    save_mapping(data_dir, JOBS)
    good = save(inbox, JOB_ROWS, "good.csv")
    bad = save(inbox, JOB_ROWS + JOB_ROWS, "bad.csv")
    made_at = ["--extracted-at", "2004-04-01T03:00:00+01:00"]
    done = command(
        "import", bad, good, "--mapping", "jobs", *made_at, "--json", data_dir=data_dir
    )
    assert done.returncode == 2
    refused, taken = json.loads(done.stdout)
    assert done.stderr.strip() == refused["error"]
    assert done.stderr.startswith("bad.csv, line 4: ")
    assert (refused["read"], refused["accepted"], refused["import_id"]) == (0, 0, None)
    assert taken["error"] is None
    assert taken["accepted"] == 2
    assert adds_up(refused)
    assert adds_up(taken)
    assert set(refused) == set(taken)

    again = command("import", good, "--mapping", "jobs", *made_at, data_dir=data_dir)
    assert again.returncode == 0
    assert again.stdout.startswith(
        "good.csv: 2 read = 0 accepted + 0 quarantined + 2 dup"
    )
    assert again.stderr == ""


def test_only_the_paragraph_reaches_standard_error(inbox, data_dir):
    path = save(inbox, JOB_ROWS)
    done = command("import", path, "--mapping", "canonical_call", data_dir=data_dir)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Did you mean 'canonical_calls'?" in done.stderr


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('time_zone = "Europe/Londno"', "Did you mean 'Europe/London'?"),
        ('time_zone = "Australia/Lord_Howe"', "is not handled"),
        ('time_zone = "../../etc/passwd"', "There is no time zone"),
    ],
)
def test_unknown_time_zones_are_refused(line, words, inbox, filled):
    save_mapping(filled, JOBS.replace('time_zone = "Europe/London"', line), "zone")
    before = everything(filled)
    with pytest.raises(UserError) as caught:
        take(save(inbox, JOB_ROWS), "zone", filled)
    assert words in str(caught.value)
    assert everything(filled) == before


def test_a_period_covered_must_not_end_before_it_starts(inbox, filled):
    with pytest.raises(UserError, match="it cannot cover 2003-12-01 to 2003-11-01"):
        covers = (date(2003, 12, 1), date(2003, 11, 1))
        take(save(inbox, JOB_ROWS), "jobs", filled, covers=covers)
