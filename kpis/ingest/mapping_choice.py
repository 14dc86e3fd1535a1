"""Help to choose a mapping for a file: which there are, and which fit."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from kpis import settings
from kpis.definitions import (
    Contract,
    Mapping,
    Split,
    contracts,
    mappings,
    reference_tables,
)
from kpis.errors import UserError
from kpis.ingest import csv_records, text_files
from kpis.ingest.text_files import Text
from kpis.periods import Period


def available(data_dir: Path | None = None) -> list[Mapping | Split]:
    """Return every mapping, by name; UserError for one that cannot be read."""
    directory = data_dir or settings.home()
    return [mappings.load(name, directory) for name in mappings.available(directory)]


def fitting(path: Path, data_dir: Path) -> list[Mapping | Split]:
    """Return the mappings whose columns a file has, by name.

    There are none for a file that cannot be read as text.
    """
    with TemporaryDirectory() as temporary:

        @cache
        def text_in(encoding: str) -> Text | None:
            return _text_in(encoding, path, Path(temporary) / encoding)

        return [
            mapping
            for mapping in available(data_dir)
            if all(_fits(text_in(part.encoding), part) for part in mapping.parts)
        ]


def _text_in(encoding: str, path: Path, temporary: Path) -> Text | None:
    temporary.mkdir()
    try:
        return text_files.plain(path, path.name, encoding, temporary)
    except UserError:
        return None


def _fits(text: Text | None, mapping: Mapping) -> bool:
    if text is None:
        return False
    try:
        header = csv_records.read_header(text.path, text.layout(mapping))
        mappings.check_header(mappings.for_header(mapping, header), header)
    except UserError:
        return False
    return True


def says_when(mapping: Mapping | Split, file_name: str) -> bool:
    """Whether mapping or file name says when an export was made."""
    try:
        return all(
            part.edition.last_row or mappings.extracted_at(part, file_name)
            for part in mapping.parts
        )
    except UserError:
        return False


def says_covered(mapping: Mapping | Split, file_name: str) -> Period | None:
    """Return first and last day covered as the file's name says, or None."""
    try:
        found = {mappings.covered_period(part, file_name) for part in mapping.parts}
    except UserError:
        return None
    return found.pop() if len(found) == 1 else None


def covers_all(mapping: Mapping | Split) -> bool:
    """Whether a mapping says that its files are for the whole force."""
    return all(part.covers.areas == "all" for part in mapping.parts)


def areas(mapping: Mapping | Split, data_dir: Path) -> dict[str, str]:
    """Return the names of the areas that a file may cover by code.

    There are none where a mapping splits files into sources of different areas.
    """
    of_parts = {_reference(contracts.load(part.source)) for part in mapping.parts}
    if len(of_parts) > 1:
        return {}
    (reference,) = of_parts
    kinds = ("bocu", "site") if reference == "area" else (reference,)
    frame = reference_tables.areas(data_dir)
    frame = frame[frame["kind"].isin(kinds)]
    return dict(zip(frame["code"], frame["name"], strict=True))


def _reference(contract: Contract) -> str:
    return contract.columns[contract.area].reference
