"""An indicator's header is refused at load, with all that is wrong in it at once."""

import pytest

from kpis import settings
from kpis.definitions import contracts, indicators
from kpis.errors import UserError

GOOD = """/*
title = "Calls offered"
question = "How many call?"
family = "operational"
themes = ["access"]
numerator = "Calls answered"
denominator = "Calls offered"
kind = "proportion"
unit = "percent"
better = "higher"
area = "site"
chart = "xmr"
smallest_period = { mps = "day", site = "week" }
min_n = 100
settles_after_days = 14
needs = { calls = ["offered_at"] }
dimensions = ["origin"]
source = "A test"
owner = "A tester"
*/
select 1
"""


def load(directory, **files):
    for name, text in files.items():
        (directory / f"{name}.sql").write_text(text, encoding="utf-8")
    return indicators.load_from(directory)


def faults(directory, **files) -> list[str]:
    with pytest.raises(UserError) as raised:
        load(directory, **files)
    return str(raised.value).splitlines()


def changed(*pairs: tuple[str, str]) -> str:
    text = GOOD
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_file_is_an_indicator_and_its_name_the_id(tmp_path):
    kpi = load(tmp_path, calls_offered=GOOD)["calls_offered"]
    assert (kpi.id, kpi.wording.title, kpi.sql) == (
        "calls_offered",
        "Calls offered",
        "select 1",
    )
    assert kpi.wording.themes == ("access",)
    assert (kpi.population.stage, kpi.wording.read_with, kpi.wording.caveats) == (
        "rows",
        (),
        (),
    )
    header = kpi.header()
    assert header["id"] == "calls_offered"
    assert not {"sql", "digest"} & set(header)


def test_a_changed_file_has_another_digest(tmp_path):
    one = load(tmp_path, calls=GOOD)["calls"]
    other = load(tmp_path, calls=changed(("select 1", "select 2")))["calls"]
    assert one.digest != other.digest


def test_an_unknown_key_is_refused_with_the_nearest(tmp_path):
    text = changed(("title =", "titel ="))
    assert faults(tmp_path, calls=text) == [
        "calls.sql: There is no key 'titel'. Did you mean 'title'?",
        "calls.sql: the key 'title' is missing.",
    ]


def test_keys_that_the_engine_sets_itself_are_refused(tmp_path):
    text = changed(('title = "', 'digest = "x"\nsql = "y"\nid = "z"\ntitle = "'))
    assert len(faults(tmp_path, calls=text)) == 3


def test_every_fault_of_every_file_is_reported_at_once(tmp_path):
    first = changed(
        ('"percent"', '"per cent"'), ('["access"]', '["acess"]'), ("min_n = 100\n", "")
    )
    second = changed(
        ('"week"', '"wekk"'),
        ("calls = [", "cals = ["),
        ('dimensions = ["origin"]', 'default = { origin = ["public"] }'),
    )
    third = changed(('"offered_at"', '"ofered_at"'))
    found = faults(tmp_path, first=first, second=second, third=third)
    assert found == [
        "first.sql: 'acess' in themes is not a choice. Did you mean 'access'?",
        "first.sql: unit = 'per cent' is not a choice. Did you mean 'percent'?",
        "first.sql: the key 'min_n' is missing.",
        "second.sql: 'wekk' in smallest_period is not a choice. Did you mean 'week'?",
        "second.sql: default: 'origin' is not one of the dimensions.",
        "second.sql: needs: There is no source 'cals'. Did you mean 'calls'?",
        "third.sql: needs: There is no column of calls 'ofered_at'. "
        "Did you mean 'offered_at'?",
    ]


def test_values_of_another_type_are_reported_with_what_would_be_right(tmp_path):
    wrong = changed(
        ("min_n = 100", 'min_n = "many"'),
        ('smallest_period = { mps = "day", site = "week" }', 'smallest_period = "day"'),
        ('needs = { calls = ["offered_at"] }', 'needs = ["calls"]'),
        ('better = "higher"', 'better = "highr"'),
        ('["origin"]', '["origin"]\ndefault = { orgin = ["public"] }'),
    )
    assert faults(tmp_path, a=wrong, b="select 1", c="/*\nmin_n =\n*/ select 1") == [
        "a.sql: smallest_period = 'day' must be a table of texts, such as "
        '{ given = "a" }.',
        "a.sql: needs = ['calls'] must be a table of lists, such as "
        '{ a = ["b", "c"] }.',
        "a.sql: better = 'highr' is not a choice. Did you mean 'higher'?",
        "a.sql: min_n = 'many' must be a whole number.",
        "a.sql: default: 'orgin' is not one of the dimensions.",
        "b.sql: the file does not open with a /* header */.",
        "c.sql, header: Invalid value (at line 2, column 8).",
    ]


def test_a_quantile_belongs_to_a_percentile(tmp_path):
    percentile = ('kind = "proportion"', 'kind = "percentile"')
    seconds = ('unit = "percent"', 'unit = "seconds"')
    assert faults(
        tmp_path,
        a=changed(percentile, seconds),
        b=changed(("min_n", "quantile = 0.95\nmin_n")),
        c=changed(percentile, seconds, ("min_n", "quantile = 95\nmin_n")),
    ) == [
        "a.sql: quantile: a percentile says which one it is, such as 0.95.",
        "b.sql: quantile: only a percentile has one.",
        "c.sql: quantile: lies between 0 and 1, such as 0.95.",
    ]


def test_an_area_that_has_no_figures_cannot_have_a_smallest_period(tmp_path):
    text = changed(("site = ", "sitte = "))
    assert faults(tmp_path, calls=text) == [
        "calls.sql: 'sitte' in smallest_period is not a choice. Did you mean 'site'?"
    ]


def test_an_indicator_is_read_with_one_that_exists(tmp_path):
    text = changed(('source = "', 'read_with = ["cals_b"]\nsource = "'))
    assert faults(tmp_path, calls_a=text, calls_b=GOOD) == [
        "calls_a.sql: read_with: There is no indicator 'cals_b'. "
        "Did you mean 'calls_b'?"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("select 1", "does not open with a /* header */"),
        ("/*\ntitle = \n*/\nselect 1", "calls.sql, header: "),
    ],
)
def test_a_file_without_a_readable_header_is_named(tmp_path, text, fault):
    (found,) = faults(tmp_path, calls=text)
    assert found.startswith("calls.sql")
    assert fault in found


def test_an_unknown_indicator_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="Did you mean 'ops_999_answered_in_target'"):
        indicators.get("ops_999_answered_in_targt")


@pytest.mark.parametrize("kpi", indicators.load().values(), ids=indicators.load())
def test_a_shipped_indicator_needs_what_its_select_reads(kpi):
    assert (settings.SQL / "kpis" / f"{kpi.id}.sql").exists()
    for source, columns in kpi.population.needs.items():
        assert f"from {source}" in kpi.sql
        assert set(columns) <= set(contracts.load(source).columns)
