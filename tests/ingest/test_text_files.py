"""Text of any encoding: where chunks meet, and which line is wrong."""

import gzip

import pytest

from kpis.errors import SourceFileError
from kpis.ingest import text_files


@pytest.fixture(autouse=True, params=[3, 7, text_files.CHUNK_BYTES])
def _chunks(request, monkeypatch):
    monkeypatch.setattr(text_files, "CHUNK_BYTES", request.param)


def plain(directory, content: bytes, encoding: str, name: str = "x.csv"):
    path = directory / name
    path.write_bytes(content)
    (text,) = text_files.plain(path, name, encoding, directory)
    return text


TEXT = "a,b\n1,£é€\r\n2,\U0001f692\n"


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("utf-8", "utf-8"), ("utf-16", "utf-16"), ("windows-1252", "cp1252")],
)
def test_characters_of_several_bytes_may_lie_across_chunks(encoding, codec, tmp_path):
    text = TEXT if codec != "cp1252" else TEXT.replace("\U0001f692", "x")
    found = plain(tmp_path, text.encode(codec), encoding)
    assert found.path.read_bytes().decode() == text
    assert not found.is_table


def test_a_good_file_is_used_as_it_is(tmp_path):
    assert plain(tmp_path, TEXT.encode(), "utf-8").path == tmp_path / "x.csv"


@pytest.mark.parametrize(
    ("content", "encoding", "line"),
    [
        (b"a,b\n1,2\n3,\xe9\n5,6\n", "utf-8", 3),
        (b"a,b\n1,2\n3,\xe2\x82", "utf-8", 3),
        (b"a,b\n1,2\n" * 9 + b"\x8d\n", "windows-1252", 19),
        ("a,b\n1,2\n".encode("utf-16") + b"x", "utf-16", 3),
        ("a,b\n1,2\n".encode("utf-16") + b"\x00\xdcx\x00", "utf-16", 3),
    ],
)
def test_the_message_has_the_line_of_a_byte_that_is_not_text(
    content, encoding, line, tmp_path
):
    with pytest.raises(SourceFileError, match=f"^x.csv, line {line}: byte 0x"):
        plain(tmp_path, content, encoding)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"a,b\n1,2\n3,\0\n", "utf-8"),
        ("a,b\n1,2\n3,\0\n".encode("utf-16"), "utf-16"),
        (b"a,b\n1,2\n3,\0\n", "latin-1"),
    ],
)
def test_the_message_has_the_line_of_a_nul_byte(content, encoding, tmp_path):
    with pytest.raises(SourceFileError, match="^x.csv, line 3: there are NUL bytes"):
        plain(tmp_path, content, encoding)


def test_bare_returns_become_line_ends_where_there_are_no_others(tmp_path):
    found = plain(tmp_path, b"a,b\r1,2\r", "utf-8")
    assert found.path.read_bytes() == b"a,b\n1,2\n"
    found = plain(tmp_path, b"a,b\n1\r,2\n", "utf-8")
    assert found.path.read_bytes() == b"a,b\n1\r,2\n"


def test_the_message_about_a_truncated_file_has_its_last_line(tmp_path):
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 100)
    with pytest.raises(SourceFileError, match="x.csv, line 102: .*broken off"):
        plain(tmp_path, packed[:-4], "utf-8")
