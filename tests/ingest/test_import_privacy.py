"""A caller's number becomes a keyed hash and is written nowhere."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from kpis.definitions import contracts
from kpis.errors import UserError
from kpis.ingest import caller_key, importer, lake
from tests.exports import (
    CALL,
    canonical,
    command,
    everything,
    held,
    quarantined,
    save,
    save_mapping,
    take,
    text_of,
    values,
)

NUMBER = "020 7946 0123"
# how it is written, or parts of it that are long enough to recognise it
TRACES = ("020 7946 0123", "02079460123", "7946 0123", "79460123", "7946-0123")
KEY = "a key of the force, of thirty-two signs and more"
TELEPHONY = """\
title = "Telephony"
source = "calls"
time_zone = "Europe/London"

[columns]
call_id = { column = "id" }
line_type = { constant = "emergency_999" }
stage = { constant = "primary" }
origin = { constant = "public" }
caller_hash = { number = "cli", nulls = ["0"] }
incident_ref = { column = "cad" }
parent_call_id = { column = "parent" }
offered_at = { column = "offered" }
outcome = { column = "outcome", codes = { A = "answered", H = "abandoned" } }
call_site_code = { column = "site" }
interpreter_used = { column = "interpreter" }
"""
ROW = {
    "id": "1",
    "cli": NUMBER,
    "cad": "",
    "parent": "",
    "offered": "2004-03-01 10:00:00",
    "outcome": "A",
    "site": "IR",
    "interpreter": "no",
}


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(autouse=True)
def telephony(data_dir):
    save_mapping(data_dir, TELEPHONY, "telephony")


def rows_of(*changes: dict) -> str:
    return text_of([{**ROW, "id": str(n), **one} for n, one in enumerate(changes, 1)])


def hashed(data_dir, number: str) -> str:
    """Return the hash of a number as RFC 2104 and Python's own hmac make it."""
    key = (data_dir / "caller_key").read_text().strip().encode()
    mark = hashlib.sha256(b"which key is this" + key).hexdigest()[:8]
    digest = hmac.new(key, number.encode(), "sha256").hexdigest()
    return f"k{mark}:{digest}"


def traces_in(data_dir) -> list[str]:
    """Return the places below a data directory where the number can be read."""
    places = [
        name
        for name, content in everything(data_dir).items()
        for trace in TRACES
        if trace.encode() in content or trace.encode("utf-16-le") in content
    ]
    if (data_dir / "lake").exists():
        rows = held(data_dir, "calls").drop(columns="caller_hash")
        text = " ".join(map(str, rows.to_numpy().ravel()))
        places += [f"lake: {trace}" for trace in TRACES if trace in text]
    return places


def test_a_number_becomes_its_keyed_hash_however_it_is_written(inbox, data_dir):
    spellings = [
        NUMBER,
        "02079460123",
        "020-7946-0123",
        "(020) 7946 0123",
        " +44 20 7946 0123 ",
        "+442079460123",
        "+44 (0)20 7946 0123",
        "0044 20 7946 0123",
        "442079460123",
    ]
    content = rows_of(*({"cli": one} for one in spellings), {"cli": "020 7946 0124"})
    take(save(inbox, content), "telephony", data_dir)
    *same, other = values(held(data_dir, "calls"), "caller_hash")
    assert same == [hashed(data_dir, "02079460123")] * len(spellings)
    assert other == hashed(data_dir, "02079460124")
    assert traces_in(data_dir) == []


def test_customer_numbers_keep_their_letters(inbox, data_dir):
    content = rows_of({"cli": "AB 12"}, {"cli": "ab12"}, {"cli": "12"})
    take(save(inbox, content), "telephony", data_dir)
    assert values(held(data_dir, "calls"), "caller_hash") == [
        hashed(data_dir, one) for one in ("AB12", "ab12", "12")
    ]


@pytest.mark.parametrize("written", ["", "0", "Withheld", "-", "anonymous"])
def test_withheld_numbers_have_no_hash(written, inbox, data_dir):
    account = take(save(inbox, rows_of({"cli": written})), "telephony", data_dir)
    assert account["accepted"] == 1
    assert values(held(data_dir, "calls"), "caller_hash") == [None]


SHIFTED = {
    "refused": rows_of({}, {"offered": "never"}, {"outcome": "?", "cad": "x"}),
    "a comma too many": rows_of({}, {}).replace("2,020", "2,,020"),
    "a comma too few": rows_of({}, {}).replace("2,020", "2020"),
    "the number a column late": rows_of({}, {"cli": "", "cad": NUMBER}),
    "the number two columns late": rows_of({}, {"cli": "", "parent": NUMBER}),
    "the number a column early": rows_of({}, {"id": NUMBER, "cli": ""}),
    "the number as a code": rows_of({}, {"site": NUMBER}),
    "the number as yes or no": rows_of({}, {"interpreter": "+44 20 7946 0123"}),
    "the number as a time": rows_of({}, {"offered": f"{NUMBER} x"}),
    "the number as an outcome": rows_of({}, {"outcome": "02079460123"}),
    "all a column late": rows_of({}) + f"x,2,{NUMBER},,,2004-03-01 10:00:00,A,IR\n",
    "all a column early": rows_of({}) + f"{NUMBER},,,2004-03-01 10:00:00,A,IR,no,\n",
    "a quote that stays open": rows_of({}) + f'2,"{NUMBER},,,x,A,IR,no\n',
    "key repeated": rows_of({}, {"id": "7"}, {"id": "7", "outcome": "H"}),
    "a key that looks like it": rows_of({}, {"id": NUMBER}, {"id": NUMBER, "cad": "1"}),
}


@pytest.mark.parametrize("case", SHIFTED)
def test_the_number_is_written_nowhere_though_rows_are_shifted_or_refused(
    case, inbox, data_dir
):
    account = take(save(inbox, SHIFTED[case]), "telephony", data_dir)
    assert account["accepted"] >= 1
    assert account["quarantined"] + account["flagged"] >= 1
    assert traces_in(data_dir) == []
    assert not any(trace in json.dumps(account) for trace in TRACES)


FAILING = {
    "no row is readable": rows_of({"offered": NUMBER}),
    "no header": rows_of({}).split("\n", 1)[1],
    "no header, and nothing like it": f"1,{NUMBER},,,2004-03-01,A,HEN,\n" * 2,
    "header joined with the row": rows_of({}).replace("\n", ",", 1),
    "key is the number": rows_of({"id": NUMBER, "cli": ""}),
    "header twice": rows_of({}) * 2,
    "total": rows_of({}) + f"Total,{NUMBER},,,,,,\n",
    "not UTF-8": rows_of({}).encode() + b"\xff",
}


@pytest.mark.parametrize("case", FAILING)
def test_the_number_reaches_no_message(case, inbox, data_dir):
    path = save(inbox, FAILING[case])
    with pytest.raises(UserError) as caught:
        take(path, "telephony", data_dir)
    assert not any(trace in str(caught.value) for trace in TRACES)
    assert traces_in(data_dir) == []
    assert not (data_dir / "temporary").exists()
    assert not (data_dir / "caller_key").exists()


def test_the_command_prints_the_number_nowhere(inbox, data_dir):
    good = save(inbox, SHIFTED["refused"] + f"9,{NUMBER},,,{NUMBER},A,IR,no\n", "a.csv")
    bad = save(inbox, FAILING["no header"], "b.csv")
    done = command(
        "import", good, bad, "--mapping", "telephony", "--json",
        "--extracted-at", "2004-04-01", data_dir=data_dir, DEMAND_PROGRESS="1",
    )  # fmt: skip
    assert done.returncode == 2
    assert [one["accepted"] for one in json.loads(done.stdout)] == [1, 0]
    assert '"progress"' in done.stderr
    assert not any(trace in done.stdout + done.stderr for trace in TRACES)
    assert traces_in(data_dir) == []


def test_a_refused_row_keeps_its_hash_and_can_be_mended(inbox, data_dir):
    account = take(save(inbox, SHIFTED["refused"]), "telephony", data_dir)
    path = data_dir / "quarantine" / f"{account['import_id']}.csv"
    hashes = [row["caller_hash"] for row in quarantined(data_dir, account)]
    assert hashes == [hashed(data_dir, "02079460123")] * 2
    mended = path.read_text().replace("never", "2004-03-01T10:00:00Z")
    mended = mended.replace("?", "abandoned")
    again = take(save(inbox, mended), "canonical_calls", data_dir)
    assert again["accepted"] == 2
    assert set(held(data_dir, "calls")["caller_hash"]) == set(hashes)


def test_hashes_of_the_force_are_marked_and_not_hashed_again(inbox, data_dir):
    ready = "9f86d081884c7d659a2feaa0c55ad015"
    own = "k0123abcd:" + "0f" * 32
    content = canonical(
        "calls",
        {"caller_hash": ready},
        {"caller_hash": f"force:{ready}"},
        {"caller_hash": own},
        {"caller_hash": ""},
        {"caller_hash": "h+/aB0cdefghijklmno="},
    )
    account = take(save(inbox, content), "canonical_calls", data_dir)
    assert values(held(data_dir, "calls"), "caller_hash") == [
        f"force:{ready}",
        f"force:{ready}",
        own,
        None,
        "force:h+/aB0cdefghijklmno=",
    ]
    assert account["flagged"] == 0
    assert not (data_dir / "caller_key").exists()


@pytest.mark.parametrize(
    "written",
    [NUMBER, "02079460123", "+442079460123", "+44-20-7946-0123", "force:02079460123"],
)
def test_a_number_given_as_a_hash_is_flagged_and_not_kept(written, inbox, data_dir):
    path = save(inbox, canonical("calls", {"caller_hash": written}))
    account = take(path, "canonical_calls", data_dir)
    assert account["flags"] == {"not_a_hash": 1}
    rows = held(data_dir, "calls")
    assert values(rows, "caller_hash") == [None]
    assert rows["flags"][0][0]["value"] is None
    path = save(inbox, canonical("calls", {}, {"caller_hash": written, "stage": ""}))
    account = take(path, "canonical_calls", data_dir)
    assert account["quarantined"] == 1
    assert traces_in(data_dir) == []


def test_the_key_is_made_on_first_use_and_only_its_owner_can_read_it(inbox, data_dir):
    path = save(inbox, rows_of({}))
    take(path, "telephony", data_dir, is_dry_run=True)
    assert not (data_dir / "caller_key").exists()
    take(path, "telephony", data_dir)
    key = data_dir / "caller_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text().strip()) == 64
    before = key.read_bytes()
    take(save(inbox, rows_of({}, {})), "telephony", data_dir)
    assert key.read_bytes() == before
    secret = before.strip()
    assert not any(
        secret in content
        for name, content in everything(data_dir).items()
        if name != "caller_key"
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(mode, inbox, data_dir):
    key = save(data_dir, KEY, "caller_key")
    key.chmod(mode)
    before = everything(data_dir)
    with pytest.raises(UserError, match=f"chmod 600 {key}"):
        take(save(inbox, rows_of({})), "telephony", data_dir)
    assert everything(data_dir) == before


@pytest.mark.parametrize("key", ["", "short"])
def test_a_key_that_is_too_short_is_refused(key, inbox, data_dir, monkeypatch):
    save(data_dir, key, "caller_key").chmod(0o600)
    with pytest.raises(UserError, match="needs at least 32"):
        take(save(inbox, rows_of({})), "telephony", data_dir)
    monkeypatch.setenv("DEMAND_CALLER_KEY", key)
    with pytest.raises(UserError, match="DEMAND_CALLER_KEY.*needs at least 32"):
        take(save(inbox, rows_of({})), "telephony", data_dir)


@pytest.mark.parametrize("key", [KEY, "ü" * 40, "long " * 40])
def test_the_key_of_the_environment_is_used_and_not_written(
    key, inbox, data_dir, monkeypatch
):
    monkeypatch.setenv("DEMAND_CALLER_KEY", key)
    take(save(inbox, rows_of({})), "telephony", data_dir)
    assert not (data_dir / "caller_key").exists()
    (found,) = values(held(data_dir, "calls"), "caller_hash")
    digest = hmac.new(key.encode(), b"02079460123", "sha256").hexdigest()
    assert found.endswith(f":{digest}")
    assert not any(key.encode() in one for one in everything(data_dir).values())


MARCH, APRIL, MAY, JUNE = (
    rows_of({"offered": f"2004-{month}-15 10:00:00"})
    for month in ("03", "04", "05", "06")
)


def take_month(inbox, data_dir, content):
    made_at = datetime(2004, 12, 1, tzinfo=UTC)
    return take(save(inbox, content), "telephony", data_dir, extracted_at=made_at)


@pytest.mark.parametrize(("first", "second"), [(MARCH, APRIL), (APRIL, MARCH)])
def test_another_key_within_the_repeat_window_is_refused(
    first, second, inbox, data_dir, monkeypatch
):
    monkeypatch.setenv("DEMAND_CALLER_KEY", KEY)
    account = take_month(inbox, data_dir, first)
    monkeypatch.delenv("DEMAND_CALLER_KEY")
    before = everything(data_dir)
    with pytest.raises(UserError) as caught:
        take_month(inbox, data_dir, second)
    message = str(caught.value)
    for word in (
        account["import_id"],
        "Put the key back",
        "DEMAND_CALLER_KEY",
        "withdraw",
    ):
        assert word in message
    assert everything(data_dir) == before
    # the remedy that the message names
    lake.withdraw(data_dir, account["import_id"], "the key is lost")
    assert take_month(inbox, data_dir, second)["accepted"] == 1


@pytest.mark.parametrize(("first", "second"), [(MARCH, JUNE), (JUNE, MARCH)])
def test_another_key_outside_the_repeat_window_is_accepted(
    first, second, inbox, data_dir, monkeypatch
):
    monkeypatch.setenv("DEMAND_CALLER_KEY", KEY)
    take_month(inbox, data_dir, first)
    monkeypatch.setenv("DEMAND_CALLER_KEY", KEY[::-1])
    assert take_month(inbox, data_dir, second)["accepted"] == 1
    marks = {one[:9] for one in held(data_dir, "calls")["caller_hash"]}
    assert len(marks) == 2


def test_the_window_is_counted_in_days():
    key = caller_key.NO_KEY
    use = caller_key.Use("i", "other", datetime(2004, 3, 1), datetime(2004, 3, 31))
    for first, last, is_refused in (
        (datetime(2004, 4, 28), datetime(2004, 5, 1), True),
        (datetime(2004, 4, 29), datetime(2004, 5, 1), False),
        (datetime(2004, 1, 1), datetime(2004, 2, 2), True),
        (datetime(2004, 1, 1), datetime(2004, 2, 1), False),
    ):
        if is_refused:
            with pytest.raises(UserError):
                caller_key.refuse_change(key, first, last, [use])
        else:
            caller_key.refuse_change(key, first, last, [use])


def test_the_key_is_not_shown_when_printed(data_dir):
    key = caller_key.load(data_dir)
    assert key.new_secret not in repr(key)
    assert repr(key) == f"CallerKey(mark={key.mark!r})"


@pytest.mark.parametrize("fails", [False, True])
def test_files_are_read_in_the_temporary_directory_which_is_removed(
    fails, inbox, data_dir
):
    seen = set()

    def look(share, step):
        files = [path for path in data_dir.rglob("*") if path.is_file()]
        seen.update(
            path.relative_to(data_dir).parts[0]
            for path in files
            if NUMBER.encode() in path.read_bytes()
        )

    content = rows_of({}).encode("utf-16")
    content = content if not fails else content + "x,1\n".encode("utf-16-le")[:-1]
    save_mapping(data_dir, 'encoding = "utf-16"\n' + TELEPHONY, "telephony")
    request = importer.Request(datetime(2004, 4, 1, tzinfo=UTC))
    path = save(inbox, content)
    if fails:
        with pytest.raises(UserError):
            importer.import_file(path, "telephony", data_dir, request, look)
    else:
        importer.import_file(path, "telephony", data_dir, request, look)
        assert seen == {"temporary"}
    assert not (data_dir / "temporary").exists()


def test_what_a_killed_import_left_is_removed_by_the_next(inbox, data_dir):
    save(data_dir / "temporary", NUMBER, "text.csv")
    month = data_dir / "temporary" / "staged" / "fate=accepted" / "part=2004-03"
    save(month, "half a file", "data_1.parquet")
    assert take(save(inbox, rows_of({})), "telephony", data_dir)["accepted"] == 1
    assert traces_in(data_dir) == []
    assert not (data_dir / "temporary").exists()


def test_only_what_a_contract_lists_enters_the_lake(inbox, data_dir):
    whole = dict.fromkeys(contracts.load("calls").columns, "") | CALL
    content = text_of([{**whole, "name": "A. Person", "address": "1 High Street"}])
    take(save(inbox, content), "canonical_calls", data_dir)
    rows = held(data_dir, "calls")
    assert not {"name", "address"} & set(rows.columns)
    assert not any(b"Person" in one for one in everything(data_dir).values())


@pytest.mark.parametrize("written", [NUMBER, "02079460123", "+44 20 7946 0123"])
def test_an_expression_s_own_error_does_not_tell_the_number(written, inbox, data_dir):
    failing = TELEPHONY.replace(
        '{ column = "cad" }', "{ expression = 'cast(cli as date)::varchar' }"
    )
    save_mapping(data_dir, failing, "failing")
    path = save(inbox, rows_of({"cli": written}), "calls.csv")
    account = take(path, "failing", data_dir)
    assert account["flags"] == {"cannot_be_worked_out": 1}
    assert "(number)" in account["flagged_values"][0]["value"]
    assert traces_in(data_dir) == []
