"""Contracts: every rule and type has rows on both sides of it."""

import hashlib
import shutil

import pandas as pd
import pytest

from kpis import settings
from kpis.definitions import contracts
from kpis.definitions.contracts import TYPES, Contract
from kpis.errors import UserError
from tests.exports import (
    FACILITIES,
    GOOD_ROW,
    PROJECT,
    canonical,
    held,
    quarantined,
    save,
    save_mapping,
    take,
    without_column,
)
from tests.lacking import lacking
from tests.rule_cases import NEXT_DAY, RULES

# type: texts that cannot be read as it, each with its rule, and one that can
TYPED = {
    "instant": ({"10:00": "not_an_instant", NEXT_DAY[:-6]: "no_offset"}, NEXT_DAY),
    "date": ({"31/03/2004": "not_a_date", "1066-10-14": "not_a_date"}, "2004-03-31"),
    "month": ({"2004/03": "not_a_month", "2004-13": "not_a_month"}, "2004-03"),
    "financial_year": (
        {"2003/05": "not_a_financial_year", "2003-04": "not_a_financial_year"},
        "2003/04",
    ),
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


GOOD_CODE = {
    "bocu": "CW",
    "site": "IR",
    "facility": "CO1",
    "area": "MPS",
    "question": "uss_overall",
    "kpi": "cust_public_confidence",
}


@pytest.fixture
def inbox(tmp_path_factory):
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(autouse=True)
def _facilities(data_dir):
    save(data_dir / "reference", FACILITIES, "facility.csv")


def layout_of(contract, rule, data_dir) -> str:
    """Return the canonical mapping, or one like it that asks for the rule."""
    name = f"canonical_{contract.source}"
    if not rule.only_where_asked:
        return name
    text = (settings.MAPPINGS / f"{name}.toml").read_text(encoding="utf-8")
    return save_mapping(data_dir, f'asks_for = ["{rule.name}"]\n{text}', "asking")


def has_good_row(source: str) -> None:
    if source not in GOOD_ROW:
        lacking(source, "a good row", "GOOD_ROW in tests/exports.py")


def test_every_rule_and_every_type_has_its_cases():
    assert set(RULES) <= set(ALL_RULES)
    assert set(TYPED) == set(TYPES)
    count = sum(len(contract.rules) for contract in contracts.load_all().values())
    assert count == len(ALL_RULES)


@pytest.mark.parametrize("name", ALL_RULES)
def test_a_rule_separates_a_broken_row_from_one_that_just_keeps_it(
    name, inbox, data_dir
):
    contract, rule = ALL_RULES[name]
    if name not in RULES:
        what = f"a row that breaks {name}"
        lacking(contract.source, what, "RULES in tests/rule_cases.py")
    bad, good = RULES[name]
    mapping = layout_of(contract, rule, data_dir)
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
    emptied = rule.unusable
    written = GOOD_ROW[contract.source] | bad
    for column in written:
        is_kept = bool(written[column]) and column not in emptied
        assert pd.notna(broken[column]) == is_kept, column
    for column in emptied:
        assert pd.notna(kept[column])
    for column in emptied[:1]:
        assert flag["column"] == column
        assert flag["value"].startswith(written[column][:10])


@pytest.mark.parametrize(
    ("contract", "column"),
    ALL_COLUMNS,
    ids=[f"{contract.source}-{column.name}" for contract, column in ALL_COLUMNS],
)
def test_a_value_of_the_wrong_type_is_refused_or_flagged(
    contract, column, inbox, data_dir
):
    has_good_row(contract.source)
    bad = {**TYPED[column.type][0]}
    if column.required:
        bad[""] = "missing"
    good = TYPED[column.type][1]
    if column.type == "enum":
        good = column.values[0]
    if column.type == "code":
        good = GOOD_CODE[column.reference]
    if column.name == "period":
        # 2 would be May, and the row is of March
        good = "12"
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


WITH_LEAST = [(one, column) for one, column in ALL_COLUMNS if column.least is not None]


@pytest.mark.parametrize(
    ("contract", "column"),
    WITH_LEAST,
    ids=[f"{contract.source}-{column.name}" for contract, column in WITH_LEAST],
)
def test_a_number_below_the_least_is_not_used(contract, column, inbox, data_dir):
    has_good_row(contract.source)
    bad = (
        str(column.least - 1) if column.type == "int" else str(column.least - 0.000001)
    )
    rows = canonical(
        contract.source, {column.name: bad}, {column.name: str(column.least)}
    )
    account = take(save(inbox, rows), f"canonical_{contract.source}", data_dir)
    assert (account["accepted"], account["flags"]["too_small"]) == (2, 1)
    broken, kept = held(data_dir, contract.source).to_dict("records")
    assert pd.isna(broken[column.name])
    assert kept[column.name] == column.least
    (flag,) = (one for one in broken["flags"] if one["rule"] == "too_small")
    assert (flag["column"], flag["value"]) == (column.name, bad)


@pytest.mark.parametrize("name", ["sample_without_grossing_factor", "negative_actual"])
def test_a_column_that_a_rule_may_lack_counts_as_empty(name, inbox, data_dir):
    contract, rule = ALL_RULES[name]
    (lacking,) = rule.may_lack
    rows = without_column(canonical(contract.source, RULES[name][0], {}), lacking)
    account = take(save(inbox, rows), f"canonical_{contract.source}", data_dir)
    assert account["flags"] == {name: 1}


def test_a_rule_that_no_mapping_asks_for_does_not_apply(inbox, data_dir):
    bad, _ = RULES["incident_ref_has_its_date"]
    account = take(
        save(inbox, canonical("incidents", bad)), "canonical_incidents", data_dir
    )
    assert account["flagged"] == 0


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
    "unknown column that a rule may lack": (
        'unusable = ["ended_at"]', 'may_lack = ["endd_at"]', "mean 'ended_at'?",
    ),
    "least of a text": ('type = "id"', 'type = "id"\nleast = 1', "only a number"),
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
def test_a_fault_in_a_contract_is_reported_with_the_nearest_name(
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


def test_all_faults_of_all_contracts_are_reported_at_once(tmp_path, monkeypatch):
    shutil.copytree(settings.CONTRACTS, tmp_path / "contracts")
    for source, changes in {
        "calls": (
            ('type = "id"', 'type = "idd"'),
            ('key = ["call_id"]', 'key = ["cal_id"]'),
            ("ended_at >= answered_at", "ended_at >= answerd_at"),
        ),
        "incidents": (('happened = "created_at"', 'happened = "origin"'),),
    }.items():
        file = tmp_path / "contracts" / f"{source}.toml"
        text = file.read_text(encoding="utf-8")
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(settings, "CONTRACTS", tmp_path / "contracts")
    contracts.load_all.cache_clear()
    try:
        with pytest.raises(UserError) as caught:
            contracts.load_all()
    finally:
        contracts.load_all.cache_clear()
    told = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in told] == [
        "calls.toml, columns.call_id",
        "calls.toml",
        "calls.toml, rule ended_before_answered",
        "incidents.toml, column origin",
    ]


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


def described(contract: Contract) -> str:
    """Return the guide's section on a source."""
    rows = []
    for column in contract.columns.values():
        kind = column.type.replace("_", " ")
        if column.reference:
            kind = f"code ({column.reference})"
        if column.values:
            kind = ", ".join(f"`{value}`" for value in column.values)
        required = "yes" if column.required else ""
        rows.append(f"| `{column.name}` | {kind} | {required} |\n")
    key = ", ".join(f"`{name}`" for name in contract.key)
    head = f"### {contract.source}\n\n{contract.grain} Key: {key}.\n\n"
    return f"{head}| Column | Holds | Required |\n|---|---|---|\n{''.join(rows)}"


@pytest.mark.parametrize("source", contracts.load_all())
def test_the_guide_lists_every_column(source):
    guide = (PROJECT / "docs" / "adding-an-export.md").read_text(encoding="utf-8")
    if f"### {source}\n" not in guide:
        lacking(source, "its columns", "a section of docs/adding-an-export.md")
    assert described(contracts.load(source)) in guide
