"""Find the header that a mapping needs: in which sheet, and below how many lines.

It is where the mapping says, or else below a few lines that are a title.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kpis.definitions import Layout, Mapping, mappings
from kpis.errors import UserError
from kpis.ingest import csv_records
from kpis.ingest.text_files import Text

# a header further down is not looked for
MOST_LINES_ABOVE = 40
# a line of a title has no more fields with something in them
MOST_TITLE_FIELDS = 2


@dataclass(frozen=True)
class Header:
    """A text with the header that a mapping needs.

    `mapping` has only columns that the header has, `used` are those that it uses.
    """

    text: Text
    layout: Layout
    mapping: Mapping
    used: set[str]

    @property
    def has_only_titles_above(self) -> bool:
        """Whether nothing above the header can be a row, beyond what is said to be."""
        said = self.text.layout(self.mapping).skip_lines
        if self.layout.skip_lines == said:
            return True
        width = _filled(csv_records.read_header(self.text.path, self.layout))
        above = (
            csv_records.read_header(self.text.path, layout)
            for layout in _layouts(self.layout, range(self.layout.skip_lines))
        )
        return all(
            _filled(fields) <= MOST_TITLE_FIELDS and _filled(fields) < width
            for fields in above
        )


def _filled(fields: Sequence[str]) -> int:
    return sum(field != "" for field in fields)


def _layouts(layout: Layout, lines: Sequence[int]) -> Iterator[Layout]:
    for skip_lines in lines:
        yield replace(layout, skip_lines=skip_lines)


def find(texts: Sequence[Text], mapping: Mapping) -> list[Header]:
    """Return the texts that have the header that a mapping needs."""
    found = (_find(text, mapping) for text in texts)
    return [header for header in found if header]


def check(text: Text, layout: Layout, mapping: Mapping) -> Header:
    """Return the header of a text as a layout says; UserError if it does not fit."""
    header = csv_records.read_header(text.path, layout)
    own = replace(mappings.for_header(mapping, header), has_typed_cells=text.is_table)
    return Header(text, layout, own, mappings.check_header(own, header))


def _find(text: Text, mapping: Mapping) -> Header | None:
    layout = text.layout(mapping)
    lines = [layout.skip_lines, *range(MOST_LINES_ABOVE)]
    for tried in _layouts(layout, lines):
        try:
            return check(text, tried, mapping)
        except (UserError, UnicodeDecodeError):
            continue
    return None
