"""What a file is, whatever its name says: read where it can be, else said plainly."""

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile

import openpyxl
import pytest

from kpis.errors import UserError
from kpis.ingest import mapping_choice
from tests.exports import JOB_ROWS, JOBS, held, save, save_mapping, take, values
from tests.reading import CASES


@pytest.fixture
def jobs(tmp_path_factory, data_dir):
    """Import a file under the mapping of the job log."""
    inbox = tmp_path_factory.mktemp("inbox")

    def import_file(content: str | bytes, name: str = "jobs.csv", also: str = ""):
        save_mapping(data_dir, also + JOBS)
        path = save(inbox, content, name)
        fits = [layout.name for layout in mapping_choice.fitting(path, data_dir)]
        account = take(path, "jobs", data_dir)
        # what can be imported is offered on the page too
        assert fits == ["jobs"]
        return account, held(data_dir, "incidents")

    return import_file


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return packed.getvalue()


def tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(CASES / "02_unread_amount" / "fin_ok.csv", "fin.csv")
    return packed.getvalue()


def database(path) -> bytes:
    with sqlite3.connect(path) as connection:
        connection.execute("create table jobs (job)")
    return path.read_bytes()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
KINDS = {
    "old workbook": (OLE + bytes(99), "old Excel", "as .xlsx"),
    "very old workbook": (b"\x09\x08\x10\0" + bytes(99), "very old Excel", "as .xlsx"),
    "web page": ("\ufeff\n <!DOCTYPE html><html><table>", "web page", "as .xlsx"),
    "table of a web page": ("<table border=1><tr><td>Job", "web page", "as .xlsx"),
    "web page in UTF-16": ("<html><table>".encode("utf-16"), "web page", "as .xlsx"),
    "saved web page": ("MIME-Version: 1.0\nX: y", "saved web page", "as .xlsx"),
    "workbook in XML": (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:'
        'spreadsheet">', "workbook in XML", "as .xlsx",
    ),
    "XML": ('<?xml version="1.0"?><jobs/>', "XML document", "CSV"),
    "JSON": ('[{"Job": 1}]', "JSON document", "CSV"),
    "PDF": (b"%PDF-1.4\n", "PDF document", "CSV"),
    "picture": (b"\x89PNG\r\n\x1a\n", "picture", "CSV"),
    "photograph": (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture", "CSV"),
    "zip": (zipped(jobs_csv=JOB_ROWS), "zip archive", "Unpack"),
    "empty zip": (zipped(), "zip archive", "Unpack"),
    "Word document": (zipped(word__document_xml="<w/>"), "Word document", "CSV"),
    "binary workbook": (zipped(xl__workbook_bin="x"), "binary Excel", "as .xlsx"),
    "tar": (tar(), "tar archive", "Unpack"),
    "bzip2": (bz2.compress(JOB_ROWS.encode()), "bzip2", "Unpack"),
    "xz": (lzma.compress(JOB_ROWS.encode()), "xz", "Unpack"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(9), "zstd", "Unpack"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(9), "7z archive", "Unpack"),
    "RTF": ("{\\rtf1 Job}", "text document", "CSV"),
    "packed web page": (gzip.compress(b"<html><table>"), "web page", "as .xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["jobs.csv", "jobs.xls", "jobs.xlsx", "jobs.gz"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_called_what_it_is_with_what_to_do(kind, name, tmp_path, data_dir):
    content, what, remedy = KINDS[kind]
    save_mapping(data_dir, JOBS)
    path = save(tmp_path / "inbox", content, name)
    with pytest.raises(UserError) as caught:
        take(path, "jobs", data_dir)
    assert what in str(caught.value)
    assert remedy in str(caught.value)
    assert "encoding" not in str(caught.value)


def test_a_database_is_called_one(tmp_path, data_dir):
    save_mapping(data_dir, JOBS)
    path = save(tmp_path, database(tmp_path / "made"), "jobs.csv")
    with pytest.raises(UserError, match="SQLite database"):
        take(path, "jobs", data_dir)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("old_workbook.xls", "old Excel workbook"),
        ("sheet.ods", "OpenDocument workbook"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_case_17_other_workbooks_are_named_and_no_advice_goes_in_a_circle(
    name, what, encoding, data_dir
):
    save_mapping(data_dir, f'encoding = "{encoding}"\n' + JOBS)
    with pytest.raises(UserError, match=f"{what}.*save it as .xlsx"):
        take(CASES / "17_workbooks" / name, "jobs", data_dir)


def test_case_17_a_workbook_named_csv_is_read(data_dir):
    mapping = JOBS.replace('"Job"', '"Id"')
    mapping = mapping.replace('bocu_code = { column = "Borough" }', "")
    save_mapping(data_dir, mapping.replace(', format = "%d/%m/%Y %H:%M"', ""))
    account = take(CASES / "17_workbooks" / "workbook_named.csv", "jobs", data_dir)
    assert account["read"] == account["accepted"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "latin-1", "utf-16"])
@pytest.mark.parametrize(
    "written",
    ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"],
)
def test_an_encoding_that_shows_itself_is_read_whatever_the_mapping_says(
    encoding, written, jobs
):
    content = JOB_ROWS.replace("Brent", "Kensington & Chelsea").encode(written)
    account, rows = jobs(content, also=f'encoding = "{encoding}"\n')
    assert values(rows, "incident_ref", "bocu_code") == [("1", "EK"), ("2", "BS")]
    assert account["flagged"] == 0


TITLES = {
    "a blank line": "\n",
    "Excel's own line": "sep=,\n",
    "a title": "Job log\n",
    "a title as wide as the table": "Job log,,\nNovember 2003,,\n,,\n",
    "a title with a quote": 'The "job" log\n\nmade on 1 December\n',
    "a mark and a title": "\ufeffJob log\r\n",
    "Excel's own line after a mark": "\ufeffsep=,\n",
}


@pytest.mark.parametrize("title", TITLES)
def test_the_header_is_found_below_a_title(title, jobs):
    account, rows = jobs(TITLES[title] + JOB_ROWS)
    above = TITLES[title].count("\n")
    assert values(rows, "incident_ref", "line") == [("1", above + 2), ("2", above + 3)]
    assert account["read"] == 2


def test_a_mapping_that_says_how_many_lines_reads_a_file_without_them(jobs):
    _, rows = jobs(JOB_ROWS, also="header_rows_above = 3\n")
    assert values(rows, "incident_ref", "line") == [("1", 2), ("2", 3)]


def test_what_could_be_a_row_is_not_taken_for_a_title(tmp_path, data_dir):
    save_mapping(data_dir, JOBS)
    header, *rows = JOB_ROWS.splitlines(keepends=True)
    path = save(tmp_path, rows[0] + header + rows[1], "jobs.csv")
    with pytest.raises(UserError, match="line 2: .*could be rows.*rows_above = 1"):
        take(path, "jobs", data_dir)


def test_a_packed_workbook_is_read(jobs):
    book = openpyxl.Workbook()
    for line in JOB_ROWS.splitlines():
        book.active.append(line.split(","))
    file = io.BytesIO()
    book.save(file)
    _, rows = jobs(gzip.compress(file.getvalue()), "jobs.csv")
    assert values(rows, "incident_ref") == ["1", "2"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \n\n", b"\0" * 99, b"\n"])
def test_a_file_with_nothing_in_it(content, tmp_path, data_dir):
    save_mapping(data_dir, JOBS)
    with pytest.raises(UserError, match="empty|NUL|no column"):
        take(save(tmp_path, content, "jobs.csv"), "jobs", data_dir)


@pytest.mark.parametrize("first", ["<Job", "[Job", "{Job", "ORCode", "BZhigh", "GIF"])
def test_a_header_may_begin_like_another_kind_of_file(first, tmp_path, data_dir):
    save_mapping(data_dir, JOBS.replace('"Job"', f'"{first}"'))
    path = save(tmp_path, JOB_ROWS.replace("Job", first), "jobs.csv")
    assert take(path, "jobs", data_dir)["accepted"] == 2


@pytest.mark.parametrize("encoding", ["windows-1252", "latin-1"])
def test_utf_8_is_not_taken_for_characters_of_one_byte(encoding, data_dir, tmp_path):
    mapping = JOBS + 'nsir_open = { column = "Note" }\n'
    save_mapping(data_dir, f'encoding = "{encoding}"\n' + mapping)
    row = "1\u00a0,05/11/2003 10:00,Brent,café £5\n"
    path = save(tmp_path / "in", f"Job,Raised,Borough,Note\n{row}", "jobs.csv")
    take(path, "jobs", data_dir)
    rows = held(data_dir, "incidents")
    assert values(rows, "incident_ref", "nsir_open") == [("1", "café £5")]
