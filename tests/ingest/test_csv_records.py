"""Finding records: agreement with Python's csv module, lines, and what is set aside."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpis.definitions.mapping_model import Layout
from kpis.ingest import csv_blocks, csv_records
from kpis.ingest.csv_records import Records

PLAIN = Layout()
FIELD = st.text(st.sampled_from("ab,;\" \r\n'é"), max_size=6)


def scan(directory, content: str | bytes, layout: Layout = PLAIN) -> Records:
    path = directory / "export.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return csv_records.scan(path, layout, directory / "clean.csv")


def lines_of(records: Records) -> list[int]:
    """Return the physical line of every record that can be split."""
    lines = []
    for place, (first, line) in enumerate(records.shifts):
        after = [*records.shifts, (records.count + 1, 0)][place + 1][0]
        lines += range(line, line + after - first)
    return lines


def fields_of(records: Records, layout: Layout) -> list[list[str]]:
    """Return the records of the file that DuckDB reads."""
    with records.path.open(encoding="utf-8", newline="") as file:
        for _ in range(records.skip_lines):
            file.readline()
        quote = layout.quote or None
        quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
        rows = csv.reader(
            file, delimiter=layout.delimiter, quotechar=quote, quoting=quoting
        )
        return list(rows)


@st.composite
def tables(draw):
    """Draw a well-formed table: its text, its rows, their lines, and its delimiter."""
    width = draw(st.integers(2, 4))
    rows = draw(st.lists(st.lists(FIELD, min_size=width, max_size=width), max_size=8))
    delimiter = draw(st.sampled_from(",;\t"))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    text = delimiter.join(f"column{place}" for place in range(width)) + end
    lines = []
    for row in rows:
        if draw(st.booleans()):
            text += end
        lines.append(text.count("\n") + 1)
        file = io.StringIO()
        # the csv module leaves a carriage return without quotes
        own = csv.QUOTE_ALL if "\r" in "".join(row) else quoting
        writer = csv.writer(file, delimiter=delimiter, quoting=own, lineterminator=end)
        writer.writerow(row)
        text += file.getvalue()
    if draw(st.booleans()):
        text = text.removesuffix(end)
    return text, rows, lines, delimiter


@pytest.mark.parametrize("block_bytes", [7, 64, csv_blocks.BLOCK_BYTES])
def test_well_formed_tables_are_split_as_the_csv_module_does(
    block_bytes, tmp_path, monkeypatch
):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", block_bytes)

    @given(tables())
    @example(('a,b\n"x\ny",1\n2,3\n', [["x\ny", "1"], ["2", "3"]], [2, 4], ","))
    def agrees(table):
        text, rows, lines, delimiter = table
        layout = Layout(delimiter)
        records = scan(tmp_path, text, layout)
        assert records.unsplittable == []
        assert records.count == len(rows)
        assert lines_of(records) == lines
        assert fields_of(records, layout) == rows
        assert records.padding != "none" or not any(
            field != field.strip(" ") for row in rows for field in row
        )

    agrees()


@pytest.mark.parametrize("block_bytes", [5, 64, csv_blocks.BLOCK_BYTES])
def test_records_given_to_duckdb_are_whole_in_any_file(
    block_bytes, tmp_path, monkeypatch
):
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", block_bytes)

    @given(st.text(st.sampled_from('ab,"\r\n '), max_size=60))
    @example('1,"2\n3,4\n5,6\n')
    @example('1,2\n"3"x,4\n"5",6\n')
    @example("1,2\r3\n4,5\n")
    @example('1,"2"\r,3\n')
    def holds(body):
        records = scan(tmp_path, f"a,b\n{body}")
        rows = fields_of(records, PLAIN)
        assert len(rows) == records.count
        assert all(len(row) == 2 for row in rows)
        lines = lines_of(records) + [one.line for one in records.unsplittable]
        assert (
            len(set(lines)) == len(lines) == records.count + len(records.unsplittable)
        )
        texts = f"a,b\n{body}".split("\n")
        for line in lines:
            assert texts[line - 1] not in ("", "\r"), line
        # a line that no quote and no bare return makes doubtful is never lost
        certain = [
            number
            for number, text in enumerate(texts[1:], start=2)
            if not {'"', "\r"} & set(body) and text
        ]
        assert set(certain) <= set(lines)

    holds()


def set_aside(records: Records) -> list[tuple[int, int, str]]:
    return [(one.line, one.byte_offset, one.problem) for one in records.unsplittable]


def test_rows_with_other_columns_are_set_aside_with_line_and_byte(tmp_path):
    records = scan(tmp_path, "a,b\n1,2\n3\n4,5,6\n\n7,8\n")
    assert set_aside(records) == [
        (3, 8, "has 1 columns, the header 2"),
        (4, 10, "has 3 columns, the header 2"),
    ]
    assert lines_of(records) == [2, 6]


def test_an_open_quote_does_not_swallow_good_rows(tmp_path):
    records = scan(tmp_path, 'a,b\n1,"2\n3,4\n5,"6\n7"\n8,9\n')
    assert set_aside(records) == [(2, 4, "has an unclosed quote")]
    assert fields_of(records, PLAIN) == [["3", "4"], ["5", "6\n7"], ["8", "9"]]
    assert lines_of(records) == [3, 4, 6]


@pytest.mark.parametrize("first_quotes", [2, 4, 512])
def test_many_broken_fields_are_found_one_by_one(first_quotes, tmp_path, monkeypatch):
    monkeypatch.setattr(csv_blocks, "FIRST_QUOTES", first_quotes)
    rows = ['"a""b",""', '1,5" pipe', '"x","y\nz"', '"open,1', '"""",2'] * 40
    records = scan(tmp_path, "a,b\n" + "\n".join(rows) + "\n")
    assert [line for line, _, _ in set_aside(records)] == [
        line for n in range(40) for line in (6 * n + 3, 6 * n + 6)
    ]
    assert fields_of(records, PLAIN) == [
        ['a"b', ""], ["x", "y\nz"], ['"', "2"],
    ] * 40  # fmt: skip


def test_a_quote_inside_a_field_breaks_its_own_row_only(tmp_path):
    records = scan(tmp_path, 'a,b\n1,5" pipe\n3,4\n"x"y,2\n')
    assert [line for line, _, _ in set_aside(records)] == [2, 4]
    assert lines_of(records) == [3]


def test_a_carriage_return_outside_quotes_is_not_a_line_end(tmp_path):
    records = scan(tmp_path, 'a,b\n1,2\r3\n"4\r5",6\n7\r,8\r\n9,0\n')
    assert [(line, problem) for line, _, problem in set_aside(records)] == [
        (2, "has a carriage return outside quotes"),
        (4, "has a carriage return outside quotes"),
    ]
    assert fields_of(records, PLAIN) == [["4\r5", "6"], ["9", "0"]]


def test_mixed_line_ends_become_line_feeds_in_a_copy(tmp_path):
    records = scan(tmp_path, "a,b\r\n1,2\n3,4\r\n5,6\n")
    assert records.path.name == "clean.csv"
    assert records.path.read_bytes() == b"1,2\n3,4\n5,6\n"
    assert lines_of(records) == [2, 3, 4]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_plain_file_is_not_copied(tmp_path, end):
    records = scan(tmp_path, end.join(["a,b", "1,2", '"3",4', ""]))
    assert records.path.name == "export.csv"
    assert records.skip_lines == 1


def test_a_record_too_long_for_duckdb_is_set_aside(tmp_path):
    records = scan(tmp_path, f"a,b\n1,2\n3,{'x' * 2_100_000}\n4,5\n")
    assert set_aside(records) == [(3, 8, "is longer than 1048576 bytes")]
    assert lines_of(records) == [2, 4]


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xc3\xaf\xc2\xbb\xc2\xbf", b""])
def test_a_byte_order_mark_is_not_part_of_the_header(tmp_path, mark):
    records = scan(tmp_path, mark + b"a,b\n1,2\n")
    assert records.header == ["a", "b"]


def test_a_header_may_hold_a_line_break_and_padding(tmp_path):
    records = scan(tmp_path, '"Job\nnumber", Day \n1,2\n')
    assert records.header == ["Job\nnumber", "Day"]
    assert lines_of(records) == [3]
    assert fields_of(records, PLAIN) == [["1", "2"]]


@pytest.mark.parametrize("above", ["Jobs of May", 'Jobs "May', '"Jobs, of "', ""])
def test_lines_above_the_header_are_left_out_with_their_quotes(tmp_path, above):
    records = scan(tmp_path, f"{above}\na,b\n1,2\n3,4\n", Layout(skip_lines=1))
    assert records.header == ["a", "b"]
    assert records.header_line == 2
    assert fields_of(records, PLAIN) == [["1", "2"], ["3", "4"]]
    assert lines_of(records) == [3, 4]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("1,2\na,b\n3,4\n", 3),
        ("1,2\n\ufeffa,b\n3,4\n", 3),
        ("1,2\r\na,b\r\n", 3),
        ("1,2\na,b", 3),
        ("xa,b\na,bc\n1,2\n", None),
        ('xa,b\n"q\na,b",2\n1,2\n', None),
        ("za,b\na,b\n", 3),
    ],
)
def test_a_repeated_header_is_found_and_nothing_similar(tmp_path, body, line):
    assert scan(tmp_path, f"a,b\n{body}").repeated_header_line == line


@pytest.mark.parametrize("footer", ["TOTAL,2", "TOTAL", "TOTAL,2,,", "2 rows\n"])
def test_the_footer_is_left_out_whatever_its_columns(tmp_path, footer):
    records = scan(tmp_path, f"a,b\n1,2\n3,4\n\n{footer}\n", Layout(footer_lines=1))
    assert records.unsplittable == []
    assert fields_of(records, PLAIN) == [["1", "2"], ["3", "4"]]
    assert records.last_row == "3,4"


def test_a_footer_longer_than_the_file_leaves_nothing(tmp_path):
    assert scan(tmp_path, "a,b\n1,2\n", Layout(footer_lines=3)).count == 0
    assert scan(tmp_path, "a,b\n", Layout(footer_lines=1)).count == 0


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ("1,2\n3,4\n", (3, "3,4")),
        ("1,2\nTOTAL\n", (3, "TOTAL")),
        ("1,2\r\n", (2, "1,2")),
    ],
)
def test_the_last_row_has_its_line(tmp_path, body, last):
    records = scan(tmp_path, f"a,b\n{body}")
    assert (records.last_line, records.last_row) == last


def test_without_a_quote_character_quotes_are_text(tmp_path):
    layout = Layout(quote="")
    records = scan(tmp_path, 'a,b\n1,5" pipe\n"x,2\n', layout)
    assert records.unsplittable == []
    assert fields_of(records, layout) == [["1", '5" pipe'], ['"x', "2"]]


@pytest.mark.parametrize(
    ("text", "padding"),
    [
        ("a,b\n", "none"), ("a, b\n", "spaces"), ('"a",b\n', "spaces"),
        ("a b,c\n", "none"), ("\ta,b\n", "blanks"), ("a\u00a0,b\n", "blanks"),
        ("a\u200bc,b\n", "blanks"), ("é,\U0001f692\n", "none"), ("b,é", "none"),
        ("a\U000e0020,b\n", "blanks"), ("имя,город\n", "none"),
    ],
)  # fmt: skip
def test_white_space_is_looked_for_only_where_there_is_some(text, padding, tmp_path):
    records = scan(tmp_path, f"x,y\n{text}")
    assert records.padding == padding
