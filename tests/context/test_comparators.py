"""Published figures next to ours: worded with their definition, and checked."""

from dataclasses import replace
from datetime import date

import pytest

from kpis import pipeline
from kpis.context import comparators, lookup
from kpis.context.comparators import Comparator
from kpis.definitions import reference_tables
from kpis.errors import UserError
from tests.exports import save
from tests.tables import Force
from tests.visitors import INDICATOR, visitor, words

THIN = "\u202f"
HEADER = "kpi_id,force,value,numerator,denominator,printed_value,source\n"
JUNE_2017 = Comparator(
    "ops_999_abandonment", "MPS", date(2017, 6, 1), date(2017, 6, 30), None, None,
    7908, 205382, "3.5 %", None, "Evening Standard 9 Nov 2017",
)  # fmt: skip


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed", "is_right"),
    [
        (7908, 205382, "3.5 %", False),
        (7908, 205382, "3.9 %", True),
        (7908, 205382, "4 %", True),
        (151147, 284704, "53 %", True),
        (151147, 284704, "53.0 %", False),
        # a half may be rounded either way
        (1, 8, "12 %", True),
        (1, 8, "13 %", True),
        (1, 8, "0.125", True),
        (1, 8, "0.12", True),
        (1, 8, "0.2", False),
        (-1, 8, "-12.5 %", True),
    ],
)
def test_a_printed_figure_follows_from_its_counts(
    numerator, denominator, printed, is_right
):
    assert comparators.reconciles(numerator, denominator, printed) is is_right


def test_a_printed_figure_that_its_counts_do_not_give_is_noted_with_both():
    assert JUNE_2017.value == 7908 / 205382
    assert JUNE_2017.note == (f"7{THIN}908 of 205{THIN}382 is 3.9 %, printed as 3.5 %.")


def in_words(comparator: Comparator, unit: str = "percent") -> tuple[str, str, str]:
    return (
        comparators.period_in_words(comparator),
        comparators.figure_in_words(comparator, unit),
        comparators.remarks(comparator),
    )


def test_a_comparator_in_words():
    assert in_words(JUNE_2017) == ("June 2017", f"3.9{THIN}%", JUNE_2017.note)
    follows = replace(JUNE_2017, printed_value="3.9 %", definition="calls to 101")
    assert in_words(follows)[2] == f"Calls to 101. 7{THIN}908 of 205{THIN}382."
    printed = Comparator(
        "k", "MPS", date(2003, 4, 1), date(2003, 12, 31), 0.849, None, None, None,
        None, "within 15 seconds", "MPA",
    )  # fmt: skip
    assert in_words(printed) == (
        "April to December 2003", f"84.9{THIN}%", "Within 15 seconds."
    )  # fmt: skip
    counted = replace(printed, n=476000)
    assert in_words(counted)[2] == f"Within 15 seconds. 476{THIN}000 cases."
    assert in_words(replace(printed, printed=9), "days a year")[1] == (
        f"9{THIN}days a year for each post filled"
    )
    nothing = Comparator(
        "k", "West Mercia", None, None, None, None, None, None, None, None,
        "not published",
    )  # fmt: skip
    assert in_words(nothing) == ("", "no figure published", "")
    assert nothing.value is None
    assert nothing.note == ""


def test_the_build_answers_with_the_comparators_of_an_indicator(tmp_path):
    force = Force(tmp_path)
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    with force.build() as build:
        found = lookup.comparators_of(build, "ops_999_answered_in_target")
        abandoned = lookup.comparators_of(build, "ops_999_abandonment")
        assert lookup.comparators_of(build, "ops_regrade_rate") == []
    assert {each.force for each in found} == {
        "MPS", "West Mercia", "West Midlands", "Greater Manchester", "national",
    }  # fmt: skip
    assert found[0].force == "MPS"
    by_days = {(each.force, each.period_start): each for each in found}
    earlier = by_days["MPS", date(2003, 4, 1)]
    assert (earlier.value, earlier.definition) == (0.849, "within 15 seconds")
    assert by_days["MPS", date(2024, 1, 1)].definition.startswith("within 10 seconds")
    assert by_days["West Mercia", None].value is None
    assert abandoned == [JUNE_2017]


def test_the_page_shows_comparators_next_to_the_figure(data_dir):
    force = Force(data_dir)
    own = "ops_regrade_rate,*Force*,0.5,,,,a [b](c)\n"
    theirs = "ops_regrade_rate,West Mercia,,,,,not published\n"
    save(data_dir / "reference", HEADER + own + theirs, "comparator.csv")
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    pipeline.build(data_dir)
    at = visitor(INDICATOR, kpi="ops_regrade_rate")
    assert "Published elsewhere" in [one.value for one in at.subheader]
    assert "never merged" in words(at)
    assert "No figure published: West Mercia." in words(at)
    *_, shown = [one.value for one in at.table]
    # as Markdown that shows what was written and nothing else
    assert shown.to_dict("records") == [
        {
            "Force": r"\*Force\*",
            "Period": "",
            "Figure": rf"50{THIN}\%",
            "To note": "",
            "Source": r"a \[b\]\(c\)",
        }
    ]
    at = visitor(INDICATOR, kpi="ops_immediate_attended_in_target")
    assert "Published elsewhere" not in [one.value for one in at.subheader]


def test_an_indicator_without_published_figures_has_no_table(data_dir):
    force = Force(data_dir)
    row = "ops_regrade_rate,West Mercia,,,,,not published\n"
    save(data_dir / "reference", HEADER + row, "comparator.csv")
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    pipeline.build(data_dir)
    at = visitor(INDICATOR, kpi="ops_regrade_rate")
    assert len(at.table) == 1
    assert "No figure published" in words(at)


def test_only_one_printed_figure_does_not_follow_from_its_counts(data_dir):
    frame = reference_tables.table("comparator", data_dir).dropna(
        subset=["printed_value"]
    )
    wrong = [
        row.kpi_id
        for row in frame.itertuples()
        if not comparators.reconciles(row.numerator, row.denominator, row.printed_value)
    ]
    assert len(frame) == 2
    assert wrong == ["ops_999_abandonment"]


def test_what_is_not_published_has_no_number(data_dir):
    frame = reference_tables.table("comparator", data_dir)
    none = frame[frame["source"] == "not published"]
    for column in ("value", "numerator", "printed_value", "n"):
        assert none[column].isna().all(), column
    others = set(frame["force"]) - {"MPS", "national"}
    assert set(none["force"]) == others


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("k,MPS,,5,,,x", "column denominator: ''. Numerator and denominator"),
        ("k,MPS,,,5,,x", "column numerator: ''. Numerator and denominator"),
        ("k,MPS,,5,0,,x", "column denominator: '0'. It must be above 0"),
        ("k,MPS,0.5,5,10,,x", "column value: '0.5'. It is worked out"),
        ("k,MPS,,5,10,half,x", "column printed_value: 'half'. Write it so"),
    ],
)
def test_a_fault_in_a_comparator_is_reported(row, words, data_dir):
    save(data_dir / "reference", f"{HEADER}{row}\n", "comparator.csv")
    with pytest.raises(UserError) as caught:
        reference_tables.load_all(data_dir)
    assert f"line 2, {words}" in str(caught.value)
