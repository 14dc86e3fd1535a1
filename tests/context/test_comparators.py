"""Published figures next to ours: worded with their definition, and checked."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpis import pipeline
from kpis.context import comparators, lookup
from kpis.context.comparators import Comparator
from kpis.definitions import reference_tables
from kpis.errors import UserError
from kpis.ingest import importer
from tests.exports import save
from tests.tables import Force, cell, instant
from tests.visitors import INDICATOR, visitor, words

CASE = Path(__file__).parent.parent / "cases" / "21_two_publishers"
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
            "Force or area": r"\*Force\*",
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


# figures that were imported

CONFIDENCE, ABANDONED = "cust_public_confidence", "ops_non_emergency_abandonment"
AUTUMN = "2014-10-01 | 2014-12-31"
PUBLISHED = f"""
    kpi_id       | area_code | period_start_on | period_end_on | value | n    | source
    {CONFIDENCE} | MPS       | {AUTUMN} | 0.50 | 1000 | Survey A
    {CONFIDENCE} | MPS       | {AUTUMN} | 0.90 | 100  | Survey B
    {ABANDONED}  | MPS       | {AUTUMN} | 0.07 | -    | Annual return
    {ABANDONED}  | QK        | {AUTUMN} | 0.08 | -    | Annual return
    {CONFIDENCE} | QK        | {AUTUMN} | 0.61 | 400  | Survey A
    {CONFIDENCE} | QK        | 2014-07-01 | 2014-09-30 | 0.60 | 400 | Survey A
    {CONFIDENCE} | QK        | 2014-07-01 | 2014-09-30 | 0.60 | 400 | Survey A again
    {CONFIDENCE} | QK        | 2014-10-05 | 2014-12-31 | 0.62 | 400 | Survey A
    {CONFIDENCE} | QK        | 2014-04-01 | 2014-09-30 | 0.63 | 400 | Survey A
    {CONFIDENCE} | BOW       | {AUTUMN} | 0.66 | 40   | Survey A
"""


@pytest.fixture
def published(data_dir):
    """A force whose figures two surveys and a return published."""
    force = Force(data_dir)
    save(data_dir / "reference", HEADER, "comparator.csv")
    force.receives("published_figures", PUBLISHED)
    return force


def shown_of(build, kpi_id: str, area: str) -> list[tuple]:
    return [
        (each.force, each.value, each.source)
        for each in lookup.published_of(build, kpi_id, area)
    ]


def test_every_published_figure_is_shown_somewhere(published):
    with published.build() as build:
        force = build.names["MPS"]
        assert shown_of(build, ABANDONED, "MPS") == [(force, 0.07, "Annual return")]
        assert shown_of(build, ABANDONED, "QK") == [
            (force, 0.07, "Annual return"), ("Brent", 0.08, "Annual return"),
        ]  # fmt: skip
        # two surveys disagree: the series has no figure, and both are shown
        disputed = cell(build, CONFIDENCE, "MPS", "2014-10 to 2014-12", "quarter")
        assert disputed["state"] == "not_reliable"
        both = [(force, 0.5, "Survey A"), (force, 0.9, "Survey B")]
        assert shown_of(build, CONFIDENCE, "MPS") == both
        # for no period of the indicator
        assert shown_of(build, CONFIDENCE, "QK") == [
            ("Brent", 0.63, "Survey A"), *both, ("Brent", 0.62, "Survey A"),
        ]  # fmt: skip
        # for an area that has no figure of its own
        assert (build.names["BOW"], 0.66, "Survey A") in shown_of(
            build, CONFIDENCE, "BOW"
        )


def test_what_a_series_shows_is_not_shown_again(published):
    with published.build() as build:
        for quarter, value in (
            ("2014-10 to 2014-12", 0.61),
            ("2014-07 to 2014-09", 0.6),
        ):
            own = cell(build, CONFIDENCE, "QK", quarter, "quarter")
            assert (own["state"], own["value"]) == ("reported", value)
        assert {0.6, 0.61}.isdisjoint(
            value for _, value, _ in shown_of(build, CONFIDENCE, "QK")
        )


def test_a_build_without_published_figures_has_none(tmp_path):
    force = Force(tmp_path)
    force.receives("incidents", "created_at\n2004-03-10T12:00:00Z")
    with force.build() as build:
        assert lookup.published_of(build, CONFIDENCE, "MPS") == []


def test_the_page_of_an_indicator_shows_what_was_imported_of_it(published, data_dir):
    pipeline.build(data_dir)
    at = visitor(INDICATOR, kpi=ABANDONED, area="QK")
    *_, shown = [one.value for one in at.table]
    assert shown[["Figure", "Source"]].to_dict("split")["data"] == [
        [rf"7{THIN}\%", "Annual return"], [rf"8{THIN}\%", "Annual return"],
    ]  # fmt: skip


def test_the_case_of_two_publishers(data_dir):
    force = Force(data_dir)
    force.add_mapping("two_publishers", (CASE / "two_publishers.toml").read_text())
    importer.import_file(CASE / "two_publishers.csv", "two_publishers", data_dir,
                         importer.Request(instant("2015-02-01T00:00")))  # fmt: skip
    with force.build() as build:
        assert [value for _, value, _ in shown_of(build, ABANDONED, "MPS")] == [0.07]
        assert [value for _, value, _ in shown_of(build, CONFIDENCE, "MPS")] == [
            0.5,
            0.9,
        ]
