"""Contracts: every rule and type has rows on both sides of it."""

import hashlib
import shutil

import pandas as pd
import pytest

from kpis import contracts, settings
from kpis.contracts import TYPES
from kpis.errors import UserError
from tests.exports import GOOD_ROW, canonical, held, quarantined, save, take

NEXT_DAY = "2004-03-02T10:00:01+00:00"
# rule: changes of a good row that break it, and changes that just keep it
RULES = {
    "answered_before_offered": (
        {"answered_at": "2004-03-01T09:59:59+00:00"},
        {"answered_at": "2004-03-01T10:00:00+00:00"},
    ),
    "ended_before_offered": (
        {
            "outcome": "abandoned",
            "answered_at": "",
            "ended_at": "2004-03-01T09:59:59+00:00",
        },
        {
            "outcome": "abandoned",
            "answered_at": "",
            "ended_at": "2004-03-01T10:00:00+00:00",
        },
    ),
    "ended_before_answered": (
        {"ended_at": "2004-03-01T10:00:07+00:00"},
        {"ended_at": "2004-03-01T10:00:08+00:00"},
    ),
    "answered_at_and_outcome_disagree": (
        {"outcome": "overflowed"},
        {"outcome": "transferred_out"},
    ),
    "abandoned_without_end": (
        {"outcome": "abandoned", "answered_at": "", "ended_at": ""},
        {"outcome": "failed", "answered_at": "", "ended_at": ""},
    ),
    "wait_too_long": (
        {"answered_at": "2004-03-01T10:10:01+00:00", "ended_at": ""},
        {"answered_at": "2004-03-01T10:10:00+00:00", "ended_at": ""},
    ),
    "incident_and_disposition_disagree": (
        {"incident_ref": "20040301-1"},
        {"incident_ref": "20040301-1", "disposition": "linked_incident"},
    ),
    "secondary_without_parent": (
        {"stage": "secondary", "parent_call_id": ""},
        {"stage": "secondary", "parent_call_id": "C0"},
    ),
    "dispatched_before_created": (
        {"first_dispatched_at": "2004-03-01T09:59:59+00:00"},
        {"first_dispatched_at": "2004-03-01T10:00:00+00:00"},
    ),
    "on_scene_before_created": (
        {"first_on_scene_at": "2004-03-01T09:59:59+00:00", "first_dispatched_at": ""},
        {
            "first_on_scene_at": "2004-03-01T09:59:59+00:00",
            "first_dispatched_at": "",
            "origin": "police",
        },
    ),
    "on_scene_before_dispatched": (
        {"first_dispatched_at": "2004-03-01T10:09:01+00:00"},
        {"first_dispatched_at": "2004-03-01T10:09:00+00:00"},
    ),
    "on_scene_after_a_day": (
        {"first_on_scene_at": NEXT_DAY, "closed_at": ""},
        {"first_on_scene_at": "2004-03-02T10:00:00+00:00", "closed_at": ""},
    ),
    "closed_before_created": (
        {
            "closed_at": "2004-03-01T09:59:59+00:00",
            "first_on_scene_at": "",
            "first_dispatched_at": "",
        },
        {
            "closed_at": "2004-03-01T10:00:00+00:00",
            "first_on_scene_at": "",
            "first_dispatched_at": "",
        },
    ),
    "closed_before_on_scene": (
        {"closed_at": "2004-03-01T10:08:59+00:00"},
        {"closed_at": "2004-03-01T10:09:00+00:00"},
    ),
    "on_scene_without_unit": ({"units_assigned": "0"}, {"units_assigned": "1"}),
    "regrade_not_counted": (
        {"grade_final": "S"},
        {"grade_final": "S", "grade_change_count": "1", "regraded_at": NEXT_DAY},
    ),
    "duplicate_not_resolved_as_duplicate": (
        {"duplicate_of": "20040301-0"},
        {"duplicate_of": "20040301-0", "resolution": "duplicate"},
    ),
    "referred_needs_attendance": (
        {"grade_first": "R", "grade_final": "R"},
        {"grade_first": "R", "grade_final": "R", "attendance_required": "false"},
    ),
    "police_grade_after_its_end": (
        {
            "grade_first": "P",
            "grade_final": "P",
            "created_at": "2009-04-01T00:00:00+01:00",
            "first_dispatched_at": "",
            "first_on_scene_at": "",
            "closed_at": "",
        },
        {
            "grade_first": "P",
            "grade_final": "P",
            "created_at": "2009-03-31T23:59:59+01:00",
            "first_dispatched_at": "",
            "first_on_scene_at": "",
            "closed_at": "",
        },
    ),
    "period_ends_before_it_starts": (
        {"period_start_on": "2004-04-01"},
        {"period_start_on": "2004-03-31"},
    ),
    "sample_below_one": ({"n": "0"}, {"n": "1"}),
}
# what is not used where a rule is broken; nothing where it is not named here
EMPTIED = {
    "answered_before_offered": ("answered_at",),
    "ended_before_offered": ("ended_at",),
    "ended_before_answered": ("ended_at",),
    "dispatched_before_created": ("first_dispatched_at",),
    "on_scene_before_created": ("first_on_scene_at",),
    "on_scene_before_dispatched": ("first_dispatched_at",),
    "on_scene_after_a_day": ("first_on_scene_at",),
    "closed_before_created": ("closed_at",),
    "closed_before_on_scene": ("closed_at",),
    "sample_below_one": ("n",),
}
# type: texts that cannot be read as it, each with its rule, and one that can
TYPED = {
    "instant": ({"10:00": "not_an_instant", NEXT_DAY[:-6]: "no_offset"}, NEXT_DAY),
    "date": ({"31/03/2004": "not_a_date", "1066-10-14": "not_a_date"}, "2004-03-31"),
    "int": ({"1.5": "not_a_whole_number", "one": "not_a_whole_number"}, "2.0"),
    "decimal": ({"0,5": "not_a_number", "half": "not_a_number"}, "0.5"),
    "bool": ({"perhaps": "not_true_or_false", "2": "not_true_or_false"}, "Y"),
    "enum": ({"no such word": "not_in_list"}, None),
    "code": ({"no such code": "unknown_code"}, None),
    "caller": ({"02079460123": "not_a_hash"}, "0f" * 16),
    # every text is one; what reads like a telephone number is told in
    # test_import_privacy.py, where an export holds such numbers
    "id": ({}, "x"),
    "text": ({}, "x"),
}
ALL_RULES = {
    rule.name: (contract, rule)
    for contract in contracts.load_all().values()
    for rule in contract.rules
}
ALL_COLUMNS = [
    (contract, column)
    for contract in contracts.load_all().values()
    for column in contract.columns.values()
]


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


def test_every_rule_and_every_type_has_its_cases():
    assert set(RULES) == set(ALL_RULES)
    assert set(TYPED) == set(TYPES)
    count = sum(len(contract.rules) for contract in contracts.load_all().values())
    assert count == len(ALL_RULES)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_tells_the_broken_row_from_the_one_that_just_keeps_it(
    name, inbox, data_dir
):
    contract, rule = ALL_RULES[name]
    bad, good = RULES[name]
    mapping = f"canonical_{contract.source}"
    # columns of both rows, so that the rule can be judged on both
    rows = canonical(contract.source, bad, good)
    account = take(save(inbox, rows), mapping, data_dir)
    if rule.otherwise == "refuse":
        assert account["reasons"] == {name: 1}
        assert (account["accepted"], account["flagged"]) == (1, 0)
        (refused,) = quarantined(data_dir, account)
        assert refused["what_would_be_right"] == rule.says
        return
    assert (account["accepted"], account["quarantined"]) == (2, 0)
    assert account["flags"] == {name: 1}
    broken, kept = held(data_dir, contract.source).to_dict("records")
    assert kept["flags"] is None
    (flag,) = broken["flags"]
    assert flag["rule"] == name
    emptied = EMPTIED.get(name, ())
    written = GOOD_ROW[contract.source] | bad
    for column in written:
        is_kept = bool(written[column]) and column not in emptied
        assert pd.notna(broken[column]) == is_kept, column
    for column in emptied:
        assert pd.notna(kept[column])
        assert flag["column"] == column
        assert flag["value"][:10] == written[column][:10]


@pytest.mark.parametrize(
    ("contract", "column"),
    ALL_COLUMNS,
    ids=[f"{contract.source}-{column.name}" for contract, column in ALL_COLUMNS],
)
def test_a_value_that_is_none_of_its_type_refuses_or_flags(
    contract, column, inbox, data_dir
):
    bad = {**TYPED[column.type][0]}
    if column.required:
        bad[""] = "missing"
    good = TYPED[column.type][1]
    if column.type == "enum":
        good = column.values[0]
    if column.type == "code":
        good = {"bocu": "CW", "site": "IR", "area": "MPS"}.get(
            column.reference, "cust_public_confidence"
        )
    rows = canonical(
        contract.source,
        *({column.name: text} for text in [*bad, good]),
    )
    account = take(save(inbox, rows), f"canonical_{contract.source}", data_dir)
    expected = {}
    for rule in bad.values():
        expected[rule] = expected.get(rule, 0) + 1
    told = account["reasons"] if column.required else account["flags"]
    own = {rule: told.get(rule) for rule in expected}
    assert own == expected
    assert account["quarantined"] == (len(bad) if column.required else 0)
    frame = held(data_dir, contract.source)
    kept = frame[column.name]
    if column.required:
        assert kept.notna().all()
        return
    assert kept.isna().tolist()[:-1] == [True] * len(bad)
    for text, flags in zip(bad, frame["flags"], strict=False):
        values = [one["value"] for one in flags if one["column"] == column.name]
        assert text in values or column.type == "caller"
    if column.type not in ("instant", "date"):
        assert kept.notna().tolist()[-1]


# what is changed in a copy of calls.toml, and what the message says
FAULTS = {
    "unknown type": ('type = "id"', 'type = "idd"', "mean 'id'?"),
    "unknown reference": ('reference = "site"', 'reference = "sit"', "mean 'site'?"),
    "unknown column key": ("required = true", "requierd = true", "mean 'required'?"),
    "unknown key": ('grain = "', 'grian = "', "mean 'grain'?"),
    "unknown key column": ('key = ["call_id"]', 'key = ["cal_id"]', "mean 'call_id'?"),
    "key that may be empty": (
        'key = ["call_id"]', 'key = ["parent_call_id"]', "part of the key is required",
    ),
    "unknown time column": (
        'happened = "offered_at"', 'happened = "ofered_at"', "mean 'offered_at'?",
    ),
    "unknown column in a rule": (
        "ended_at >= answered_at", "ended_at >= answerd_at", "mean 'answered_at'?",
    ),
    "unknown unusable column": (
        'unusable = ["ended_at"]', 'unusable = ["endd_at"]', "mean 'ended_at'?",
    ),
    "unknown action": ('otherwise = "flag"', 'otherwise = "flagg"', "mean 'flag'?"),
    "rule that reads a file": (
        "ended_at >= answered_at", "exists(from 'x.csv')", "holds a subquery",
    ),
    "values that are no list": (
        'values = ["primary", "secondary"]', "values = 5", "a list",
    ),
    "no TOML": ('title = "Calls"', "title = Calls", "calls.toml"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_contract_is_told_with_the_nearest_name(
    fault, tmp_path, monkeypatch
):
    before, after, words = FAULTS[fault]
    shutil.copytree(settings.CONTRACTS, tmp_path / "contracts")
    file = tmp_path / "contracts" / "calls.toml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    monkeypatch.setattr(settings, "CONTRACTS", tmp_path / "contracts")
    contracts.load_all.cache_clear()
    try:
        with pytest.raises(UserError) as caught:
            contracts.load_all()
    finally:
        contracts.load_all.cache_clear()
    assert words in str(caught.value)
    assert "calls.toml" in str(caught.value)


def test_an_unknown_source_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="Did you mean 'calls'"):
        contracts.load("call")


def test_a_contract_is_known_by_its_content():
    for source, contract in contracts.load_all().items():
        content = (settings.CONTRACTS / f"{source}.toml").read_bytes()
        assert contract.digest == hashlib.sha256(content).hexdigest()


def test_faults_of_a_row_fit_into_their_mask():
    for contract in contracts.load_all().values():
        assert len(contract.columns) + len(contract.rules) < 63
