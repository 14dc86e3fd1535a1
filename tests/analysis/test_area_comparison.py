"""Areas next to each other: which are named as different, and their places."""

from datetime import date

import pandas as pd
import pytest

from kpis.analysis import AreaComparison, area_comparison
from kpis.charts import funnel_chart, map_chart, theme
from kpis.errors import UserError
from kpis.results import queries
from kpis.statistics import funnel, intervals
from tests.tables import Force

ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
MAY = date(2003, 5, 1), date(2003, 5, 31)
IN_TIME, LATE = "2003-05-02T10:05:00+01:00", "2003-05-02T10:25:00+01:00"
# of so many incidents, so many were attended in time: Hounslow alone is different
ALIKE = ("QK", "SX", "CW", "BS", "EK", "FH", "GD", "HT", "LX", "MD", "NI", "PL", "VW")
BOROUGHS = {code: (140 + 3 * (place % 5), 200) for place, code in enumerate(ALIKE)}
BOROUGHS |= {"TX": (80, 200), "KD": (8, 10)}

# of the last group one has sent nothing
PEERS = """
scheme      | group_name | bocu_code
inner_outer | inner      | QK
inner_outer | inner      | TX
inner_outer | outer      | SX
inner_outer | outer      | PY
other       | west       | CW
"""


def incidents() -> str:
    lines = ["times | created_at | first_on_scene_at | bocu_code"]
    for code, (hits, total) in BOROUGHS.items():
        for times, arrived in ((hits, IN_TIME), (total - hits, LATE)):
            if times:
                lines.append(
                    f"{times} | 2003-05-02T10:00:00+01:00 | {arrived} | {code}"
                )
    return "\n".join(lines)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("force"))
    force.add_reference("peer_group", PEERS)
    force.receives("incidents", incidents(), covers="2003-04 to 2003-07")
    with force.build() as opened:
        yield opened


@pytest.fixture(scope="module")
def compared(build) -> AreaComparison:
    return area_comparison.compare(build, ATTENDED, MAY, "month")


@pytest.fixture(scope="module")
def found(compared) -> pd.DataFrame:
    return compared.table


def test_an_area_far_outside_is_named_and_the_others_are_not(compared):
    meanings = compared.table.set_index("area")["meaning"]
    assert meanings[meanings != ""].to_dict() == {"TX": "concern"}
    assert compared.note == "1 of 14 areas differs by more than chance explains."


def test_limits_come_from_the_funnel_over_the_judged_areas(compared, found):
    judged = {code: BOROUGHS[code] for code in (*ALIKE, "TX")}
    hits, totals = zip(*judged.values(), strict=True)
    expected = funnel.proportion(hits, totals).set_axis(list(judged))
    own = found.set_index("area").loc[list(judged)]
    names = ["value", "centre", "lower_95", "lower_998", "upper_95", "upper_998"]
    pd.testing.assert_frame_equal(
        own[names], expected[names], check_names=False, check_exact=True
    )
    assert compared.funnel.tau2 == expected.attrs["tau2"]


def test_the_lines_of_the_picture_meet_the_areas_own_limits(compared, found):
    judged = found[found["centre"].notna()]
    lines = compared.funnel.limits_at(judged["cases"])
    assert compared.funnel.kind == "proportion"
    for name, line in lines.items():
        assert line.tolist() == judged[name].tolist()


def test_places_hold_for_all_areas_together(found):
    own = found[found["first_place"].notna()]
    hits, totals = zip(*(BOROUGHS[area] for area in own["area"]), strict=True)
    ends = intervals.wilson(hits, totals, intervals.of_each(14))
    first, last = intervals.rank_intervals(*ends)
    assert own["first_place"].tolist() == first.tolist()
    assert own["last_place"].tolist() == last.tolist()
    words = [area_comparison.places(row, 14) for _, row in own.iterrows()]
    assert set(words[:-1]) == {"1 to 13 of 14"}
    assert words[-1] == "14 of 14"


def test_few_cases_are_shown_and_not_judged(found):
    havering = found.set_index("area").loc["KD"]
    assert (havering["value"], havering["state"]) == (0.8, "too_few")
    assert pd.isna(havering[["centre", "first_place"]]).all()
    assert area_comparison.places(havering, 14) == ""


def test_the_highest_comes_first_and_what_has_no_figure_last(found):
    known = found["value"].dropna()
    assert known.is_monotonic_decreasing
    assert found["value"].isna().sum() == len(found) - len(known)
    assert not found["value"].iloc[: len(known)].isna().any()


def test_the_sentence_says_how_far_and_what_chance_allows(build, found):
    kpi = build.kpis[ATTENDED]
    rows = {row["area"]: row for _, row in found.iterrows()}
    said = area_comparison.sentence(rows["TX"], kpi)
    assert said.startswith("Hounslow: 40\u202f%; all together 70.3\u202f%.")
    assert said.endswith("it differs by more than chance explains.")
    assert area_comparison.sentence(rows["QK"], kpi).endswith("no clear difference.")
    assert "8 of" not in area_comparison.sentence(rows["KD"], kpi)
    assert "10 of the" in area_comparison.sentence(rows["KD"], kpi)


def test_a_median_has_no_funnel_and_keeps_its_interval(build):
    compared = area_comparison.compare(build, MEDIAN, MAY, "month")
    assert compared.funnel is None
    assert "shares and rates of single cases" in compared.note
    assert compared.table["lower"].notna().any()
    assert compared.table["centre"].isna().all()


def test_money_and_hours_never_reach_a_funnel(build):
    for kpi in build.kpis.values():
        if kpi.measure.counts == "amounts" and area_comparison.kind_of(kpi):
            compared = area_comparison.compare(build, kpi.id, MAY, "month")
            assert compared.funnel is None
            assert compared.table["meaning"].eq("").all()


def test_areas_that_differ_for_other_reasons_are_not_coloured(build, monkeypatch):
    monkeypatch.setattr(funnel, "LARGE_PHI", 0.1)
    monkeypatch.setattr(funnel, "variance_between", lambda phi, error: 0.0)
    found = area_comparison.compare(build, ATTENDED, MAY, "month").table
    assert found["outlier"].any()
    assert found["meaning"].eq("").all()


def test_an_indicator_only_for_the_force_is_not_compared(build):
    of_force = [kpi for kpi in build.kpis.values() if not area_comparison.kind_of(kpi)]
    assert of_force
    with pytest.raises(UserError, match="whole force only"):
        area_comparison.compare(build, of_force[0].id, MAY, "month")


def noted(limits: pd.DataFrame) -> str:
    return area_comparison.note(limits, limits.attrs["phi"])


def test_how_many_areas_differ_is_said_in_a_sentence():
    assert noted(funnel.proportion([0, 0], [0, 0])) == "No area has a figure."
    found = funnel.proportion([*[70, 72, 69, 71] * 7, 40], [100] * 29)
    assert noted(found) == "1 of 29 areas differs by more than chance explains."
    found = funnel.rate([*[70, 72, 69, 71] * 7, 20, 140], [100] * 30)
    assert noted(found) == "2 of 30 areas differ by more than chance explains."
    same = funnel.rate([100, 104, 98, 101] * 8, [250] * 32)
    assert noted(same) == "None of 32 areas differs by more than chance explains."


def test_areas_that_differ_for_other_reasons_are_said_to():
    found = funnel.rate([100, 200, 300, 400] * 8, [250] * 32)
    assert noted(found) == (
        "These 32 areas vary 56 times as much as chance explains, for reasons that "
        "this indicator does not measure: their order says little."
    )


def test_a_group_has_the_figure_of_all_its_boroughs_or_no_figure(build, found):
    groups = area_comparison.groups(build, found, build.kpis[ATTENDED])
    (group,) = groups.to_dict("records")
    assert group == {
        "group": "inner",
        "areas": ["QK", "TX"],
        "value": (140 + 80) / 400,
        "n": 400,
    }
    latest = pd.DataFrame(
        [(each, *map(pd.Timestamp, MAY), "month") for each in build.kpis],
        columns=["kpi", "period_start", "period_end", "by"],
    )
    every = area_comparison.groups_of_all(build, latest)
    own = every[every["kpi"] == ATTENDED]
    assert own[area_comparison.GROUP_COLUMNS].to_dict("records") == [group]
    assert own["period_start"].tolist() == [pd.Timestamp(MAY[0])]
    assert area_comparison.groups_of_all(build, latest[:0]).empty
    medians = area_comparison.compare(build, MEDIAN, MAY, "month")
    assert area_comparison.groups(build, medians.table, build.kpis[MEDIAN]).empty


# pictures


def test_only_those_outside_and_the_chosen_one_are_named(build, compared):
    figure = funnel_chart.funnel_figure(
        compared.table, compared.funnel, build.kpis[ATTENDED], "QK", "light"
    )
    names = {one["text"] for one in figure["layout"]["annotations"]}
    assert {"Hounslow", "Brent", "99.8 %", "95 %", "all together"} == names
    points = next(one for one in figure["data"] if one["name"] == "areas")
    assert set(points["customdata"]) == {*ALIKE, "TX"}
    shapes = dict(zip(points["customdata"], points["marker"]["symbol"], strict=True))
    assert shapes["TX"] == "triangle-down"
    assert shapes["QK"] == "circle"


def test_every_borough_has_its_own_tile(build, found):
    grid = queries.tile_grid(build)
    drawn = map_chart.tiles_figure(found, grid, build.kpis[ATTENDED], "TX", "dark")
    *tiles, areas = drawn["data"]
    assert len(areas["customdata"]) == len(tiles) == 32
    assert len(set(zip(areas["x"], areas["y"], strict=True))) == 32
    at = areas["customdata"].index
    assert areas["text"][at("TX")] == "▼ 40"
    assert areas["text"][at("PY")] == "–"
    palette = theme.PALETTES["dark"]
    # the chosen one lies on top of its neighbours, and is the one that differs
    assert tiles[-1]["line"]["color"] == palette.ink
    colours = [one["fillcolor"] for one in tiles]
    assert colours == 31 * [palette.hairline] + [palette.concern]


def test_every_borough_is_named_inside_its_own_boundary(build, found):
    grid = queries.tile_grid(build)
    drawn = map_chart.boundaries_figure(
        found, grid, build.kpis[ATTENDED], "TX", "light"
    )
    *shapes, boroughs = drawn["data"]
    assert len(map_chart.outlines()) == 33
    assert len(shapes) >= 32
    assert boroughs["text"][boroughs["customdata"].index("TX")] == "▼ 40"
    places = zip(boroughs["x"], boroughs["y"], strict=True)
    rings = map_chart.outlines()
    for code, place in zip(grid["gss_code"], places, strict=True):
        assert any(is_inside(place, ring) for ring in rings[code]), code
    # all of them within the axes
    for axis, side in (("xaxis", "x"), ("yaxis", "y")):
        low, high = drawn["layout"][axis]["range"]
        assert all(low < one < high for shape in shapes for one in shape[side])


def is_inside(place: tuple[float, float], ring: list[tuple[float, float]]) -> bool:
    """Whether a ray to the east crosses the ring an odd number of times."""
    x, y = place
    crossings = 0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y):
            crossings += x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return crossings % 2 == 1


@pytest.mark.parametrize("palette", theme.PALETTES.values(), ids=theme.PALETTES)
def test_what_is_written_on_a_colour_can_be_read(palette):
    for colour in (palette.improvement, palette.concern, palette.change):
        written = theme.text_on(colour, palette)
        assert theme.contrast(written, colour) >= 4.5
    assert round(theme.contrast("#ffffff", "#000000"), 1) == 21.0
