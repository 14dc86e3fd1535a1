"""Import: an export in a force's own layout becomes rows of the lake.

The steps, each in its own module: `identify` and `open_file`, `find_records` (intake),
`judge` (judged_rows), `settle_keys` (repeated_keys), `account` (accounts),
`write_quarantine` (quarantine), `publish` (publishing).

Each file is a transaction of its own, even where its mapping splits it into several
sources: every part is read into a temporary directory and its rows are accounted for.
After that the files of all parts move into the lake and the manifest is replaced.
"""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kpis import formatting, warehouse
from kpis.definitions import Mapping, contracts, mappings
from kpis.errors import SourceFileError
from kpis.ingest import caller_key, lake
from kpis.ingest.accounts import Account, AccountedRows, KnownFile, account
from kpis.ingest.effects import add_effect
from kpis.ingest.intake import (
    MappedFile,
    Progress,
    Request,
    find_records,
    identify,
    open_file,
)
from kpis.ingest.judged_rows import judge
from kpis.ingest.lake import Manifest
from kpis.ingest.publishing import publish
from kpis.ingest.quarantine import write_quarantine
from kpis.ingest.refused_keys import write_refused
from kpis.ingest.repeated_keys import settle_keys

NO_REQUEST = Request()


def import_parts(
    path: Path,
    mapping_name: str,
    data_dir: Path,
    request: Request = NO_REQUEST,
    progress: Progress = lambda share, step: None,
) -> list[dict]:
    """Import one file; return an account for each source that its mapping makes of it.

    The accounts are as `import --json` prints them. Raises UserError, having changed
    nothing, for what cannot be read as mapped.
    """
    parts = mappings.load(mapping_name, data_dir).parts
    name = formatting.one_line(request.file_name or path.name)
    with lake.writing(data_dir) as temporary:
        manifest = lake.read_manifest(data_dir)
        files = _mapped_files(path, name, parts, data_dir, temporary, progress)
        prepared = [_prepare(file, request, manifest) for file in files]
        new = [file for file in prepared if isinstance(file, AccountedRows)]
        if new and not request.is_dry_run:
            publish(new, manifest, data_dir)
        progress(1.0, "done")
    return [file.account.as_json() for file in prepared]


def _prepare(
    file: MappedFile, request: Request, manifest: Manifest
) -> AccountedRows | KnownFile:
    """Take a file, read through one mapping, as far as the step that publishes it.

    Nothing is changed outside the file's temporary directory.
    """
    identity = identify(file, request)
    if lake.is_current(manifest, identity.import_id):
        return KnownFile(manifest["imports"][identity.import_id])
    opened = open_file(file)
    found = find_records(opened)
    first_kept = lake.first_kept(manifest, file.contract.source)
    with closing(warehouse.writer(file.temporary / "spill")) as db:
        judged = judge(found, identity, first_kept, db)
        settled = settle_keys(judged, manifest, db)
        accounted = account(settled, db)
        write_quarantine(accounted, db)
        write_refused(accounted, db)
        accounted = add_effect(accounted, manifest, db)
    caller_key.refuse_changed_key(judged.caller_key, accounted.record, manifest)
    return accounted


def import_file(
    path: Path,
    mapping_name: str,
    data_dir: Path,
    request: Request = NO_REQUEST,
    progress: Progress = lambda share, step: None,
) -> dict:
    """Import a file of one source and return its account."""
    (only,) = import_parts(path, mapping_name, data_dir, request, progress)
    return only


def is_new(account: dict) -> bool:
    """Whether an account is of a file that the lake did not hold and can."""
    return not account["error"] and not account["is_known"]


def failed(path: Path, mapping_name: str, error: str) -> dict:
    """Return the account of a file of which nothing was imported."""
    name = formatting.one_line(path.name)
    return Account(file=name, mapping=mapping_name, error=error).as_json()


def _mapped_files(
    path: Path,
    name: str,
    parts: Sequence[Mapping],
    data_dir: Path,
    temporary: Path,
    progress: Progress,
) -> list[MappedFile]:
    """Return a file once for each of the mappings that read it."""
    sha256 = _digest(path, name)
    return [
        MappedFile(
            path=path,
            name=name,
            sha256=sha256,
            mapping=mapping,
            contract=contracts.load(mapping.source),
            data_dir=data_dir,
            temporary=temporary / mapping.name,
            progress=_PartProgress(progress, place, len(parts)),
        )
        for place, mapping in enumerate(parts)
    ]


@dataclass(frozen=True)
class _PartProgress:
    """The progress of one of several mappings that read a file."""

    progress: Progress
    place: int
    count: int

    def __call__(self, share: float, step: str) -> None:
        self.progress((self.place + share) / self.count, step)


def _digest(path: Path, name: str) -> str:
    if not path.is_file():
        raise SourceFileError(name, "there is no such file.", remedy="Check the path.")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
