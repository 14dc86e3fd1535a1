"""What has arrived is finished, what has not is a hole, and nothing is guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.builds import Import
from kpis.definitions import indicators
from kpis.results import coverage

DAY = timedelta(days=1)
JUNE = (date(2003, 6, 1), date(2003, 6, 30))
NEEDED = ["line_type", "stage", "offered_at", "answered_at", "outcome"]
KPI = indicators.get("ops_999_answered_in_target")


def export(first, last, areas=None, columns=NEEDED, source="calls", on="2003-07-01"):
    """Return an import as the build describes it."""
    return Import(
        import_id="",
        source=source,
        file="",
        extracted_at=date.fromisoformat(on),
        covers_from=first and date.fromisoformat(first),
        covers_to=last and date.fromisoformat(last),
        areas=areas and frozenset(areas),
        columns=frozenset(columns),
    )


def of_calls(exports) -> coverage.Coverage:
    return coverage.of_kpi(KPI, exports)["calls"]


def missing(exports, area, period=JUNE):
    found = of_calls(exports).missing(period, area)
    return {
        one: [(first.isoformat(), last.isoformat()) for first, last in spans]
        for one, spans in found.items()
    }


def test_a_period_that_one_export_covers_is_whole():
    assert missing([export("2003-06-01", "2003-06-30")], "MPS") == {}


def test_exports_that_meet_or_overlap_make_one_period():
    exports = [
        export("2003-06-21", "2003-07-31"),
        export("2003-06-01", "2003-06-10"),
        export("2003-06-08", "2003-06-20"),
    ]
    assert missing(exports, "MPS") == {}
    assert missing(exports, "BOW") == {}


def test_every_hole_is_named():
    exports = [
        export("2003-06-03", "2003-06-10"),
        export("2003-06-05", "2003-06-06"),
        export("2003-06-12", "2003-06-28"),
    ]
    assert missing(exports, "MPS") == {
        "": [
            ("2003-06-01", "2003-06-02"),
            ("2003-06-11", "2003-06-11"),
            ("2003-06-29", "2003-06-30"),
        ]
    }


def test_a_missing_site_is_missing_in_the_force_and_not_in_another_site():
    exports = [
        export("2003-06-01", "2003-06-30", ["BOW", "HEN"]),
        export("2003-06-01", "2003-06-14", ["LAM"]),
    ]
    hole = {"LAM": [("2003-06-15", "2003-06-30")]}
    assert missing(exports, "MPS") == hole
    assert missing(exports, "LAM") == hole
    assert missing(exports, "BOW") == {}


def test_an_export_of_the_whole_force_covers_every_site():
    exports = [
        export("2003-06-01", "2003-06-30", ["BOW"]),
        export("2003-06-01", "2003-06-30"),
    ]
    assert missing(exports, "MPS") == {}
    assert missing(exports, "BOW") == {}
    assert missing(exports, "LAM") == {}


def test_an_area_without_any_export_is_not_reached():
    of_sites = of_calls([export("2003-06-01", "2003-06-30", ["BOW"])])
    assert [of_sites.reaches(area) for area in ("BOW", "LAM", "MPS")] == [
        True,
        False,
        True,
    ]
    of_force = of_calls([export("2003-06-01", "2003-06-30")])
    assert of_force.reaches("LAM")


def test_only_exports_that_measure_the_indicator_count():
    without = [name for name in NEEDED if name != "answered_at"]
    cover = of_calls(
        [
            export("2003-04-01", "2003-04-30"),
            export("2003-05-01", "2003-05-31", columns=without, on="2003-09-01"),
            export("2003-06-01", "2003-06-30", source="incidents", on="2003-10-01"),
        ]
    )
    assert (cover.first, cover.last) == (date(2003, 4, 1), date(2003, 4, 30))
    assert cover.as_at == date(2003, 7, 1)


def test_the_latest_extraction_is_the_day_as_at():
    exports = [
        export("2003-05-01", "2003-05-31", on="2003-08-15"),
        export("2003-06-01", "2003-06-30", on="2003-07-01"),
    ]
    assert of_calls(exports).as_at == date(2003, 8, 15)


@pytest.mark.parametrize("exports", [[], [export(None, None)]])
def test_without_a_covered_day_there_is_no_first_or_last_day(exports):
    cover = of_calls(exports)
    assert (cover.first, cover.last, cover.as_at) == (None, None, None)
    assert missing(exports, "MPS") == {"": [("2003-06-01", "2003-06-30")]}


def test_what_has_not_arrived_is_listed_by_source_area_and_days():
    frame = coverage.not_arrived(
        [
            export("2003-04-01", "2003-06-30", ["BOW"]),
            export("2003-04-01", "2003-04-30", ["LAM"]),
            export("2003-06-01", "2003-06-30", ["LAM"]),
            export("2003-04-01", "2003-04-30", source="incidents"),
            export("2003-06-01", "2003-06-30", source="incidents"),
            export(None, None, source="published_figures"),
        ]
    )
    may = (date(2003, 5, 1), date(2003, 5, 31))
    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        ("calls", "LAM", *may, False),
        ("incidents", "", *may, False),
    ]


SPAN = st.tuples(st.integers(0, 40), st.integers(0, 12))


@given(spans=st.lists(SPAN, max_size=6))
def test_a_day_is_missing_exactly_when_no_export_covers_it(spans):
    start = date(2003, 5, 25)
    covered, exports = set(), []
    for offset, length in spans:
        first = start + offset * DAY
        last = first + length * DAY
        covered |= {first + one * DAY for one in range(length + 1)}
        exports.append(export(first.isoformat(), last.isoformat()))
    gaps = of_calls(exports).missing(JUNE, "MPS").get("", [])
    found = [
        first + one * DAY
        for first, last in gaps
        for one in range((last - first).days + 1)
    ]
    june = {JUNE[0] + one * DAY for one in range(30)}
    assert len(found) == len(set(found)), "a day is missing once"
    assert set(found) == june - covered


# several sources, sites that serve boroughs, and the grid

COST = indicators.get("fin_cost_per_call")
PLACES = coverage.Places(
    kinds={"QK": "bocu", "HEN": "site", "LAM": "site"},
    parts={
        "QK": (
            ("LAM", date(1900, 1, 1), date(2003, 5, 31)),
            ("HEN", date(2003, 6, 1), date(9999, 12, 31)),
        )
    },
    open_days={"HEN": (date(2003, 6, 1), date(9999, 12, 31))},
)


def test_an_indicator_of_two_sources_starts_when_both_cover_a_day():
    money = indicators.get("fin_cost_per_call").population.needs["finance_monthly"]
    calls = indicators.get("fin_cost_per_call").population.needs["calls"]
    covers = coverage.of_kpi(
        COST,
        [
            export("2003-04-01", "2003-07-31", columns=calls),
            export("2003-05-01", "2003-06-30", columns=money, source="finance_monthly"),
        ],
    )
    assert coverage.first_day(covers) == date(2003, 5, 1)
    assert coverage.last_day(covers) == date(2003, 6, 30)
    alone = coverage.of_kpi(COST, [export("2003-04-01", "2003-07-31", columns=calls)])
    assert coverage.first_day(alone) is coverage.last_day(alone) is None


def test_a_borough_needs_the_exports_of_the_site_that_serves_it_on_that_day():
    exports = [
        export("2003-05-01", "2003-06-30", ["HEN"]),
        export("2003-05-01", "2003-05-14", ["LAM"]),
    ]
    cover = coverage.of_kpi(KPI, exports, PLACES)["calls"]
    may = (date(2003, 5, 1), date(2003, 5, 31))
    assert cover.missing(may, "QK") == {"LAM": [(date(2003, 5, 15), may[1])]}
    assert cover.missing(JUNE, "QK") == {}
    assert cover.reaches("QK")


def test_a_site_is_not_expected_before_it_opened():
    exports = [
        export("2003-05-01", "2003-06-30", ["LAM"]),
        export("2003-06-01", "2003-06-20", ["HEN"]),
    ]
    may = (date(2003, 5, 1), date(2003, 5, 31))
    cover = coverage.of_kpi(KPI, exports, PLACES)["calls"]
    assert cover.missing(may, "MPS") == {}
    assert list(cover.missing(JUNE, "MPS")) == ["HEN"]
    grid = coverage.grid(exports, PLACES)
    assert grid.values.tolist() == [
        ["calls", "HEN", date(2003, 6, 1), 30, 20],
        ["calls", "LAM", date(2003, 5, 1), 31, 31],
        ["calls", "LAM", date(2003, 6, 1), 30, 30],
    ]


def test_the_grid_of_force_wide_exports_has_one_line_a_month():
    exports = [
        export("2003-04-10", "2003-04-30"),
        export("2003-06-01", "2003-06-30", source="calls"),
        export("2003-06-01", "2003-06-30", source="incidents"),
    ]
    assert coverage.grid(exports).values.tolist() == [
        ["calls", "", date(2003, 4, 1), 30, 21],
        ["calls", "", date(2003, 5, 1), 31, 0],
        ["calls", "", date(2003, 6, 1), 30, 30],
        ["incidents", "", date(2003, 6, 1), 30, 30],
    ]
