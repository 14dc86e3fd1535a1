"""The steps of an import one by one, and what each returns."""

from contextlib import closing
from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from kpis import warehouse
from kpis.definitions import contracts, mappings
from kpis.ingest import lake
from kpis.ingest.accounts import account
from kpis.ingest.intake import (
    MappedFile,
    Request,
    find_records,
    identify,
    open_file,
)
from kpis.ingest.judged_rows import Fates, judge
from kpis.ingest.quarantine import write_quarantine
from kpis.ingest.refused_keys import write_refused
from kpis.ingest.repeated_keys import HeldKeys, settle_keys
from tests.exports import (
    JOB_ROWS,
    JOBS,
    MADE_AT,
    everything,
    save,
    save_mapping,
    values,
)

# good, good, equal, without an instant, with two columns, differing
ROWS = (
    JOB_ROWS
    + "2,06/11/2003 08:15,Brent\n3,never,\n4,05/12/2003\n"
    + "5,06/11/2003 08:15,\n5,06/11/2003 08:16,\n"
)


@pytest.fixture
def file(tmp_path_factory, data_dir):
    save_mapping(data_dir, JOBS)
    inbox = tmp_path_factory.mktemp("inbox")
    path = save(inbox, ROWS)
    return MappedFile(
        path=path,
        name=path.name,
        sha256="of this file",
        mapping=mappings.load("jobs", data_dir),
        contract=contracts.load("incidents"),
        data_dir=data_dir,
        temporary=inbox / "temporary",
        progress=lambda share, step: None,
    )


def test_each_step_returns_what_the_next_one_needs(file):
    manifest = lake.read_manifest(file.data_dir)
    before = everything(file.data_dir)

    identity = identify(file, Request(MADE_AT))
    assert len(identity.import_id) == 12
    assert (identity.extracted_at, identity.covers) == (MADE_AT, None)
    assert set(identity.spellings["reference"]) == {"bocu"}

    opened = open_file(file)
    assert opened.used == {"Job", "Raised", "Borough"}

    found = find_records(opened)
    assert (found.records.count, found.records.read) == (6, 7)

    with closing(warehouse.writer(file.temporary / "spill")) as db:
        judged = judge(found, identity, None, db)
        assert judged.fates == Fates(accepted=5, refused=1)
        assert judged.staged.months == ["2003-11"]
        assert judged.caller_key is None

        settled = settle_keys(judged, manifest, db)
        assert (settled.equal, settled.differing) == (1, 2)
        held = HeldKeys(added=2, months=["2003-11"])
        assert (settled.earlier, settled.held) == (None, held)

        accounted = account(settled, db)
        write_quarantine(accounted, db)
        write_refused(accounted, db)
    record = accounted.record
    assert (record["read"], record["accepted"], record["duplicates"]) == (7, 2, 1)
    assert record["quarantined"] == 4
    assert (file.temporary / "quarantine.csv").read_text().count("\n") == 5
    refused = pd.read_parquet(file.temporary / "refused.parquet")
    assert values(refused, "line", "month", "key") == [
        (5, None, {"incident_ref": "3"}),
        (6, None, None),
        (7, "2003-11", {"incident_ref": "5"}),
        (8, "2003-11", {"incident_ref": "5"}),
    ]
    assert record["unreadable_keys"] == 1
    assert everything(file.data_dir) == before

    for value in (file, identity, opened, found, judged, settled, accounted):
        with pytest.raises(FrozenInstanceError):
            value.file = None


def test_rows_of_months_that_are_not_kept_are_filtered(file):
    found = find_records(open_file(file))
    identity = identify(file, Request(MADE_AT))
    with closing(warehouse.writer(file.temporary / "spill")) as db:
        judged = judge(found, identity, "2003-12", db)
    assert judged.fates == Fates(refused=1, filtered={"past_retention": 5})
