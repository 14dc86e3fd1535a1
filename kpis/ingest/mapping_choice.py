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
from kpis.ingest import headers, text_files
from kpis.ingest.text_files import Text
from kpis.periods import Period


def available(data_dir: Path | None = None) -> list[Mapping | Split]:
    """Return every mapping that can be read, by name."""
    return _loaded(data_dir)[0]


def broken(data_dir: Path | None = None) -> dict[str, str]:
    """Return what is wrong with each mapping that cannot be read, by name."""
    return _loaded(data_dir)[1]


def _loaded(data_dir: Path | None) -> tuple[list[Mapping | Split], dict[str, str]]:
    directory = data_dir or settings.home()
    loaded, faults = [], {}
    for name in mappings.available(directory):
        try:
            loaded.append(mappings.load(name, directory))
        except UserError as error:
            faults[name] = str(error)
    return loaded, faults


def fitting(path: Path, data_dir: Path) -> list[Mapping | Split]:
    """Return the mappings whose columns a file has, by name.

    There are none for a file that cannot be read as text.
    """
    with TemporaryDirectory() as temporary:

        @cache
        def texts_in(encoding: str) -> list[Text]:
            return _texts_in(encoding, path, Path(temporary) / encoding)

        def fits(mapping: Mapping | Split) -> bool:
            found = (
                headers.find(texts_in(part.encoding), part) for part in mapping.parts
            )
            return all(found)

        return list(filter(fits, available(data_dir)))


def _texts_in(encoding: str, path: Path, temporary: Path) -> list[Text]:
    temporary.mkdir()
    try:
        return text_files.plain(path, path.name, encoding, temporary)
    except UserError:
        return []


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
