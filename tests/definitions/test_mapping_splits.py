"""Flat exports: one file whose rows hold calls and incidents, split by its mapping."""

import json
import re

import pytest

from kpis.definitions import mappings
from kpis.errors import UserError
from kpis.ingest import importer, lake, mapping_choice
from tests.exports import (
    PROJECT,
    adds_up,
    command,
    everything,
    held,
    quarantined,
    save,
    save_mapping,
    values,
)

GUIDE = (PROJECT / "docs" / "adding-an-export.md").read_text(encoding="utf-8")
# the files of the guide: a name in a line of its own or at the end of one, then a block
FILES = dict(re.findall(r"`([\w-]+\.\w+)`:\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL))
FLAT = "contacts_2003-11.csv"
CALLS, INCIDENTS, BOTH = (
    FILES[f"{name}.toml"]
    for name in ("contacts_calls", "contacts_incidents", "contacts")
)


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(autouse=True)
def _mappings(data_dir):
    for name, text in (("_calls", CALLS), ("_incidents", INCIDENTS), ("", BOTH)):
        save_mapping(data_dir, text, f"contacts{name}")


def split(inbox, data_dir, content=FILES[FLAT], **said) -> list[dict]:
    request = importer.Request(**said)
    path = save(inbox, content, FLAT)
    return importer.import_parts(path, "contacts", data_dir, request)


def test_the_guide_s_flat_file_becomes_calls_and_incidents(inbox, data_dir):
    calls, incidents = split(inbox, data_dir)
    assert [one["source"] for one in (calls, incidents)] == ["calls", "incidents"]
    assert [one["mapping"] for one in (calls, incidents)] == [
        "contacts_calls",
        "contacts_incidents",
    ]
    assert (calls["read"], calls["accepted"]) == (3, 3)
    assert (incidents["read"], incidents["accepted"], incidents["duplicates"]) == (
        3,
        1,
        1,
    )
    assert incidents["reasons"] == {"without_incident": 1}
    assert adds_up(calls)
    assert adds_up(incidents)
    rows = held(data_dir, "calls")
    assert values(rows, "call_id", "incident_ref", "line") == [
        ("1", "N1", 2),
        ("2", "N1", 3),
        ("3", None, 4),
    ]
    assert values(held(data_dir, "incidents"), "incident_ref", "line") == [("N1", 2)]
    assert calls["covers_to"] == incidents["covers_to"] == "2003-11-30"


def test_rows_of_one_incident_that_differ_are_all_refused(inbox, data_dir):
    again = "4,2003-11-06 09:00:00,,101,N2,2003-11-06 09:01:00,S,\n"
    other = "5,2003-11-06 09:00:00,,101,N2,2003-11-06 09:01:00,I,\n"
    content = FILES[FLAT] + again + other
    calls, incidents = split(inbox, data_dir, content)
    assert calls["accepted"] == 5
    assert incidents["reasons"] == {"key_repeated": 2, "without_incident": 1}
    assert (incidents["accepted"], incidents["duplicates"]) == (1, 1)
    assert adds_up(incidents)
    lines = [row["quarantined_line"] for row in quarantined(data_dir, incidents)]
    assert lines == ["5", "6"]


def test_if_one_part_cannot_be_read_nothing_changes(inbox, data_dir):
    before = everything(data_dir)
    with pytest.raises(UserError, match="contacts_incidents") as caught:
        split(inbox, data_dir, FILES[FLAT].replace(",Grade,", ",Urgency,"))
    assert "\n" not in str(caught.value)
    unreadable = FILES[FLAT].replace(",I,", ",soonest,").replace("101,,,,", "101,N3,,,")
    with pytest.raises(UserError, match="grade_first"):
        split(inbox, data_dir, unreadable)
    assert everything(data_dir) == before


def test_a_dry_run_of_a_split_writes_nothing_and_reports_the_same(inbox, data_dir):
    before = everything(data_dir)
    tried = split(inbox, data_dir, is_dry_run=True)
    assert everything(data_dir) == before
    assert split(inbox, data_dir) == tried


def test_a_flat_file_that_comes_again_is_all_duplicates(inbox, data_dir):
    split(inbox, data_dir)
    before = everything(data_dir)
    for account in split(inbox, data_dir):
        assert (account["read"], account["duplicates"]) == (3, 3)
    assert everything(data_dir) == before


def test_only_a_mended_part_is_read_again(inbox, data_dir):
    first = split(inbox, data_dir)
    save_mapping(
        data_dir,
        INCIDENTS.replace('constant = "public"', 'constant = "unknown"'),
        "contacts_incidents",
    )
    calls, incidents = split(inbox, data_dir)
    assert (calls["duplicates"], calls["import_id"]) == (3, first[0]["import_id"])
    assert (incidents["accepted"], incidents["superseded"]) == (1, 1)
    states = lake.states(lake.read_manifest(data_dir))
    assert [states[one["import_id"]]["state"] for one in (*first, incidents)] == [
        "current",
        "replaced",
        "current",
    ]


def test_parts_can_be_withdrawn_alone(inbox, data_dir):
    _, incidents = split(inbox, data_dir)
    lake.withdraw(data_dir, incidents["import_id"], "other system is right")
    current = lake.current(lake.read_manifest(data_dir))
    assert [one["source"] for one in current] == ["calls"]


def test_the_command_line_lists_an_account_a_part(inbox, data_dir):
    path = save(inbox, FILES[FLAT], FLAT)
    done = command("import", path, "--mapping", "contacts", "--json", data_dir=data_dir)
    assert (done.returncode, done.stderr) == (0, "")
    accounts = json.loads(done.stdout)
    assert [one["source"] for one in accounts] == ["calls", "incidents"]
    missing = inbox / "contacts_2003-12.csv"
    done = command(
        "import", missing, "--mapping", "contacts", "--json", data_dir=data_dir
    )
    assert done.returncode == 2
    (account,) = json.loads(done.stdout)
    assert (account["mapping"], account["read"]) == ("contacts", 0)
    assert "there is no such file" in account["error"]


def test_a_split_is_offered_among_the_mappings(data_dir):
    offered = {one.name: one for one in mapping_choice.available(data_dir)}
    assert offered["contacts"].title == "Contact log"
    assert mapping_choice.says_when(offered["contacts"], FLAT)
    text = INCIDENTS.replace("[edition]", "").replace("file_name", "# file_name")
    save_mapping(data_dir, text, "contacts_incidents")
    assert not mapping_choice.says_when(mappings.load("contacts", data_dir), FLAT)


FAULTS = {
    "unknown part": ("contacts_incident", ("mapping 'contacts_incident'", "mean 'con")),
    "split of a split": ("contacts", ("contacts is split itself",)),
    "two of one source": ("canonical_calls", ("another source", "calls, calls")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_split_is_reported(fault, data_dir):
    part, words = FAULTS[fault]
    save_mapping(data_dir, BOTH.replace("contacts_incidents", part), "flat")
    with pytest.raises(UserError) as caught:
        mappings.load("flat", data_dir)
    for word in ("flat.toml", *words):
        assert word in str(caught.value)


def test_a_split_says_nothing_about_columns(data_dir):
    save_mapping(data_dir, BOTH + 'source = "calls"\n', "flat")
    with pytest.raises(UserError, match="no key 'source'"):
        mappings.load("flat", data_dir)
    save_mapping(data_dir, 'title = "x"\nsplits = []\n', "flat")
    with pytest.raises(UserError, match="name mappings under splits"):
        mappings.load("flat", data_dir)
