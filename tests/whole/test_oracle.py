"""A second count of each indicator, in pandas from the export files, agrees exactly.

`second_count` follows the words of the indicators' definitions and does not use the
engine, so everything here is counted twice. The exports are those of a clean demo, and
of one with every fault of the demo and values that the demo never writes.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kpis import demo, pipeline
from kpis.ingest import importer
from kpis.results import opened_build, queries
from tests import (
    second_count,
    second_count_calls,
    second_count_incidents,
    second_count_returns,
    second_count_surveys,
)
from tests.second_count import FORCE, KEYS, MILLION, QUANTILES, Exports

SCALE, YEARS = 0.02, 2
FIRST, LAST = date(2002, 4, 1), date(2004, 3, 31)
KPIS = list(second_count.ROWS)
CATALOGUE = (
    second_count_calls,
    second_count_incidents,
    second_count_returns,
    second_count_surveys,
)
for group in CATALOGUE:
    second_count.ROWS |= group.ROWS
    QUANTILES |= getattr(group, "QUANTILES", {})
ADDED = [kpi_id for group in CATALOGUE for kpi_id in group.ROWS]
# no survey of these years asked the question
NOT_ASKED = (
    "cust_front_counter_satisfaction",
    "cust_telephone_satisfaction",
    "cust_patrol_satisfaction",
)
HIDDEN = ("not_applicable", "not_measured", "suppressed")
ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
MEAN, P95 = "ops_immediate_response_mean", "ops_999_answer_p95"
ANSWERED, CONFIDENCE = "ops_999_answered_in_target", "cust_public_confidence"
RATE, COST = "ops_calls_per_1000_residents", "fin_cost_per_call"
GAP = "cust_satisfaction_gap"
PERIODS = ["month", "quarter", "year", "rolling12"]
CASES = [(kpi_id, by) for kpi_id in KPIS for by in PERIODS if kpi_id != GAP]
CASES.append((GAP, "rolling12"))
# what the summed denominator is divided by to give the figure's
DENOMINATOR_UNITS = {
    RATE: second_count.DAYS_OF_A_YEAR_TIMES_1000,
    **second_count_returns.DENOMINATOR_UNITS,
}
# what the spoilt exports leave open: no arrivals in Hackney for a week, and a return of
# Newham, which is part of the force's costs, in thousands of pounds
LEFT_OPEN = {
    **dict.fromkeys(
        (ATTENDED, MEDIAN, MEAN),
        ({"GD", FORCE}, date(2003, 9, 8), date(2003, 9, 14)),
    ),
    COST: ({FORCE}, date(2003, 11, 1), date(2003, 11, 30)),
}


@dataclass(frozen=True)
class Demo:
    """The demo force: its export files and the build made from them."""

    exports: Exports
    files: dict[str, Path]
    one: opened_build.Build
    has_defects: bool


# what the demo never writes: column, value there, value put in its place
UNHEARD_OF = {
    "calls": [
        ("line_type", "non_emergency", "internal"),
        ("stage", "primary", "secondary"),
        ("outcome", "answered", "transferred_out"),
        ("origin", "public", "unknown"),
    ],
    "finance_monthly": [
        ("basis", "outturn", "forecast"),
        ("actual", "", ""),
        ("accrual", "", ""),
        ("unit_code", "IR", "MPS"),
        ("unit_code", "TOC3", "HEN"),
    ],
    "survey_responses": [
        ("experience_date", "", ""),
        ("experience_date", "", "2001-12-01"),
        ("experience_date", "", "2004-03-31"),
        ("weight", "", "0"),
        ("weight", "", "-1.5"),
        ("answer_code", "", ""),
        ("answer_code", "", "6"),
        ("ethnicity_group", "white", ""),
    ],
    "incidents": [
        ("resolution", "attended", "duplicate"),
        ("grade_final", "I", "S"),
        ("first_on_scene_at", "", "2004-03-31T23:00:00+01:00"),
        ("first_on_scene_at", "", "2002-04-01T00:00:01+01:00"),
    ],
}


def vary(path: Path) -> None:
    """Put values that the demo never writes into a fiftieth of a file's rows.

    "" stands for every value. Some rows are repeated.
    """
    changes = UNHEARD_OF.get(second_count.source_of(path), [])
    if not changes:
        return
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    chance = np.random.default_rng(2004)
    for name, value, instead in changes:
        can_be = rows[name].eq(value) if value else rows[name].ne("")
        rows.loc[can_be & (chance.random(len(rows)) < 0.02), name] = instead
    again = rows.sample(50, random_state=2004)
    other = rows.sample(20, random_state=11).assign(bocu_code="QK", unit_code="QK")
    rows = pd.concat([rows, again, other[rows.columns]])
    rows.to_csv(path, index=False)


def made(home: Path, *, defects: bool) -> opened_build.Build:
    demo.write_reference(home, defects=defects)
    paths = demo.write(home / "exports", scale=SCALE, years=YEARS, defects=defects)
    for path in paths:
        if defects:
            vary(path)
        importer.import_file(path, f"canonical_{second_count.source_of(path)}", home)
    pipeline.build(home)
    return opened_build.open_build(home)


def opened(home: Path, *, defects: bool):
    with closing(made(home, defects=defects)) as one:
        paths = tuple(sorted((home / "exports").iterdir()))
        files = {path.name: path for path in paths}
        yield Demo(Exports(paths), files, one, defects)


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    yield from opened(tmp_path_factory.mktemp("clean"), defects=False)


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory):
    yield from opened(tmp_path_factory.mktemp("spoilt"), defects=True)


@pytest.fixture(params=["clean", "spoilt"])
def force(request) -> Demo:
    return request.getfixturevalue(request.param)


def areas_of(force: Demo, kpi_id: str) -> list[str]:
    """The areas for which an indicator has figures."""
    kinds = force.one.kpis[kpi_id].population.smallest_period
    frame = queries.areas(force.one)
    return frame["code"][frame["kind"].isin(list(kinds))].tolist()


def shown(force: Demo, kpi_id: str, by: str) -> pd.DataFrame:
    """The engine's cells, by area and first day of the period."""
    frame = queries.series(
        force.one, [kpi_id], areas_of(force, kpi_id), FIRST, LAST, by
    )
    frame["start"] = frame["period_start"].dt.date.astype(str)
    frame = frame.set_index(["area", "start"]).sort_index()
    assert frame.index.is_unique
    return frame


def is_left_open(force: Demo, kpi_id: str, cells: pd.DataFrame) -> pd.Series:
    """Which cells begin before the exports or have days that a fault leaves open."""
    start, end = (cells[f"period_{side}"].dt.date for side in ("start", "end"))
    left_open = start < FIRST
    if force.has_defects and kpi_id in LEFT_OPEN:
        areas, first, last = LEFT_OPEN[kpi_id]
        is_here = cells.index.get_level_values("area").isin(areas)
        left_open |= is_here & (start <= last) & (end >= first)
    if force.one.kpis[kpi_id].judging.reliable_if:
        left_open |= is_badly_recorded(force, kpi_id, cells)
    return left_open


def is_badly_recorded(force: Demo, kpi_id: str, cells: pd.DataFrame) -> pd.Series:
    """Which cells have enough cases but too few usable arrival times."""
    first = cells["period_start"].iloc[0]
    by = {0: "month", 2: "quarter", 11: "year"}[
        (cells["period_end"].iloc[0].to_period("M") - first.to_period("M")).n
    ]
    is_rolling = cells["period_start"].dt.month.nunique() > 4 and by == "year"
    by = "rolling12" if is_rolling else by
    recorded = second_count.sums(
        force.exports, "ops_arrival_time_recorded", by, FIRST, LAST
    ).droplevel("part")
    share = (recorded["numerator"] / recorded["denominator"]).reindex(cells.index)
    return share.lt(0.9) & cells["n"].ge(force.one.kpis[kpi_id].judging.min_n)


def shows_counts(force: Demo, kpi_id: str, cells: pd.DataFrame) -> pd.Series:
    """Which cells show their counts; for people, only cells with a figure do."""
    if not force.one.kpis[kpi_id].disclosure.is_needed:
        return cells["state"].ne("suppressed")
    is_doubted = cells["state"].eq("not_reliable")
    counts = cells.loc[is_doubted, ["n", "numerator", "denominator"]]
    assert counts.isna().all(axis=None)
    return ~is_doubted


def compare_values(found: pd.DataFrame, value: pd.Series, left_open: pd.Series, **how):
    # how many rows could not be read is counted elsewhere
    left_open = left_open | found["reason"].str.contains("of its exports", regex=False)
    assert found["state"].eq("not_reliable").equals(left_open)
    assert (~left_open & value.notna()).any(), "no figure was compared"
    expected = value.mask(left_open).rename("value")
    pd.testing.assert_series_equal(found["value"], expected, **how)


@pytest.mark.parametrize(("kpi_id", "by"), CASES)
def test_every_cell_matches_pandas(force, kpi_id, by):
    found = shown(force, kpi_id, by)
    left_open = is_left_open(force, kpi_id, found)
    if kpi_id in QUANTILES:
        expected = second_count.quantiles(force.exports, kpi_id, by, FIRST, LAST)
        expected = expected.reindex(found.index)
        # between two ranks there are several ways to round
        compare_values(found, expected["value"], left_open, rtol=1e-14)
    elif kpi_id == GAP:
        expected = compared_sides(force, found, by, left_open)
    else:
        expected = second_count.sums(force.exports, kpi_id, by, FIRST, LAST)
        expected = expected.droplevel("part").reindex(found.index)
        unit = DENOMINATOR_UNITS.get(kpi_id, 1)
        for name, in_units_of in (("numerator", 1), ("denominator", unit)):
            assert found[name].equals(expected[name] / in_units_of)
        # divided once, last
        value = expected["numerator"] * unit / expected["denominator"]
        compare_values(found, value, left_open, check_exact=True)
    assert found["n"].fillna(0).tolist() == expected["n"].fillna(0).tolist()
    assert found["n"].sum() > 1000


@pytest.mark.parametrize("by", PERIODS)
@pytest.mark.parametrize("kpi_id", ADDED)
def test_every_cell_of_the_catalogue_matches_pandas(force, kpi_id, by):
    found = shown(force, kpi_id, by)
    found = found[~found["state"].isin(HIDDEN)]
    # cells without a figure begin before the exports, are in doubt, or have no cases
    is_early = found["period_start"].dt.date < FIRST
    assert found["state"].eq("not_reliable")[is_early].all()
    found = found[shows_counts(force, kpi_id, found)]
    has_value = found["value"].notna()
    if kpi_id in QUANTILES:
        expected = second_count.quantiles(force.exports, kpi_id, by, FIRST, LAST)
        expected = expected.reindex(found.index)
        value, how = expected["value"], {"rtol": 1e-14}
    else:
        expected = second_count.sums(force.exports, kpi_id, by, FIRST, LAST)
        expected = expected.droplevel("part").reindex(found.index)
        unit = DENOMINATOR_UNITS.get(kpi_id, 1)
        for name, in_units_of in (("numerator", 1), ("denominator", unit)):
            assert found[name].equals(expected[name] / in_units_of)
        value = expected["numerator"] * unit / expected["denominator"]
        how = {"check_exact": True}
    assert found["n"].fillna(0).tolist() == expected["n"].fillna(0).tolist()
    pd.testing.assert_series_equal(
        found["value"][has_value], value[has_value].rename("value"), **how
    )
    is_doubted = found["state"].eq("not_reliable")
    assert (has_value | is_doubted | value.isna()).all()


@pytest.mark.parametrize("kpi_id", ADDED)
def test_an_indicator_of_the_catalogue_has_figures_to_compare(clean, kpi_id):
    lengths = [by for by in PERIODS if shown(clean, kpi_id, by)["value"].notna().any()]
    assert bool(lengths) == (kpi_id not in NOT_ASKED)


def compared_sides(force: Demo, found: pd.DataFrame, by: str, left_open: pd.Series):
    """Compare both sides of a difference, and the difference; return its n."""
    sides = second_count.sums(force.exports, GAP, by, FIRST, LAST)
    sides["value"] = sides["numerator"] / sides["denominator"]
    has_counts = shows_counts(force, GAP, found)
    for (area, start), parts in found["parts"][has_counts].items():
        expected = {part: sides.loc[area, part, start].to_dict() for part in ("a", "b")}
        assert parts == expected
    share = sides["value"].unstack("part").reindex(found.index)
    compare_values(found, share["a"] - share["b"], left_open, check_exact=True)
    n = sides["n"].groupby(["area", "start"]).sum()
    return n.reindex(found.index).where(has_counts).to_frame()


@pytest.mark.parametrize("kpi_id", [ATTENDED, MEDIAN, ANSWERED, P95])
def test_every_week_of_the_force_matches_pandas(clean, kpi_id):
    found = queries.series(clean.one, [kpi_id], [FORCE], FIRST, LAST, "week")
    rows = second_count.rows(clean.exports, kpi_id)
    rows = rows[rows["area"] == FORCE]
    day = pd.to_datetime(rows["on_date"])
    weeks = rows.groupby(day - pd.to_timedelta(day.dt.day_of_week, unit="D"))
    assert found["period_start"].tolist() == list(weeks.groups)
    assert found["n"].tolist() == weeks.size().tolist()
    if kpi_id in QUANTILES:
        value = weeks["seconds"].quantile(QUANTILES[kpi_id])
        np.testing.assert_allclose(found["value"], value, rtol=1e-14)
    else:
        share = weeks["numerator"].sum() / weeks["denominator"].sum()
        assert found["value"].tolist() == share.tolist()


def test_the_demo_has_what_the_definitions_mention(clean):
    incidents, calls, ledger, answers = (
        second_count.read(clean.exports, source)
        for source in ("incidents", "calls", "finance_monthly", "survey_responses")
    )
    rows = second_count.immediate(clean.exports)
    assert incidents["duplicate_of"].notna().sum() > 100
    assert incidents["origin"].eq("police").sum() > 100
    assert rows["area"].isna().sum() > 10
    assert rows["seconds"].isna().sum() > 100
    assert (rows["seconds"].isna() & rows["open_seconds"].le(720)).sum() > 10
    assert calls["stage"].eq("secondary").sum() > 100
    assert calls["outcome"].eq("abandoned").sum() > 100
    assert calls["bocu_code"].isna().sum() > 100
    assert ledger["cost_type"].eq("capital_charge").sum() > 100
    assert ledger["is_reversal"].eq("true").sum() > 10
    assert ledger["period"].eq("13").sum() > 10
    assert {"97", "98", "99"} <= set(answers["answer_code"])
    assert "not_stated" in set(answers["ethnicity_group"])
    of_users = second_count.users(clean.exports)
    assert (of_users["on_date"] < FIRST.isoformat()).sum() > 100


@pytest.mark.parametrize("source", UNHEARD_OF)
def test_the_spoilt_exports_have_more_than_the_demo(clean, spoilt, source):
    whole, left = (second_count.read(one.exports, source) for one in (clean, spoilt))
    assert len(left) < len(whole), "no row was refused"
    for name, _, instead in UNHEARD_OF[source]:
        if name.endswith("_at"):
            changed = left[name].eq(pd.Timestamp(instead))
        else:
            changed = left[name].fillna("").eq(instead)
        assert changed.sum() >= 5, (name, instead)


def test_published_figures_are_shown_as_they_came(clean):
    figures = second_count.read(clean.exports, "published_figures")
    found = queries.series(
        clean.one, [CONFIDENCE], areas_of(clean, CONFIDENCE), FIRST, LAST, "quarter"
    )
    published = {
        (row.area_code, row.period_start_on): float(row.value)
        for row in figures.itertuples()
    }
    keys = zip(found["area"], found["period_start"].dt.date.astype(str), strict=True)
    assert dict(zip(keys, found["value"], strict=True)) == published
    assert set(found["state"]) == {"reported"}


# a cell and its rows


def behind(force: Demo, cell) -> pd.DataFrame:
    return queries.rows(
        force.one, cell.kpi, cell.area, cell.period_start.date(), cell.period_end.date()
    )


def chosen(force: Demo, kpi_id: str) -> pd.DataFrame:
    """Some cells of an indicator that have rows, and a longer one of the force."""
    if kpi_id == GAP:
        return shown(force, kpi_id, "rolling12").reset_index()[-1:]
    if kpi_id == "emp_frontline_time_share":
        years = shown(force, kpi_id, "year").reset_index()
        return years[years["n"] > 0][:3]
    cells = shown(force, kpi_id, "month").reset_index()
    quarters = shown(force, kpi_id, "quarter").reset_index()
    cells = cells[(cells["n"] > 0) & ~cells["state"].isin(HIDDEN)]
    some = cells.sample(min(5, len(cells)), random_state=2004)
    of_force = quarters[(quarters["area"] == FORCE) & quarters["n"].gt(0)]
    found = pd.concat([some, of_force[:1]])
    return found[[may_be_listed(force, kpi_id, cell) for cell in found.itertuples()]]


def may_be_listed(force: Demo, kpi_id: str, cell) -> bool:
    """Whether the rows of a cell are listed: people are not, where some are hidden."""
    kpi = force.one.kpis[kpi_id]
    period = cell.period_start.date(), cell.period_end.date()
    return not kpi.disclosure.is_needed or bool(
        queries.lengths_listed(force.one, kpi, cell.area, period)
    )


def exact_sum(numbers: pd.Series) -> float:
    millions = np.rint(numbers.dropna() * MILLION).astype("int64")
    return int(millions.sum()) / MILLION


@pytest.mark.parametrize("kpi_id", [*KPIS, *ADDED])
def test_a_cell_is_the_sum_of_its_rows(clean, kpi_id):
    is_of_people = clean.one.kpis[kpi_id].disclosure.is_needed
    for cell in chosen(clean, kpi_id).itertuples():
        rows = behind(clean, cell)
        own = rows.dropna(subset="row_id")
        assert len(own) == cell.n
        # a return of stops appears once for each stop
        assert own["row_id"].is_unique or kpi_id == "ops_mobile_stops_kept"
        if is_of_people:
            assert list(rows) == ["row_id", "file", "line"]
            continue
        if kpi_id in QUANTILES:
            value = np.quantile(rows["value"], QUANTILES[kpi_id])
            assert value == pytest.approx(cell.value, rel=1e-14)
            continue
        assert exact_sum(rows["numerator"]) == cell.numerator
        summed = exact_sum(rows["denominator"])
        assert summed / DENOMINATOR_UNITS.get(kpi_id, 1) == cell.denominator


@pytest.mark.parametrize("kpi_id", [*KPIS, *ADDED])
def test_each_row_of_a_cell_is_a_line_of_an_export(clean, kpi_id):
    lines = {
        name: path.read_text(encoding="utf-8").split("\n")
        for name, path in clean.files.items()
    }
    for cell in chosen(clean, kpi_id).itertuples():
        for row in behind(clean, cell).itertuples():
            if pd.isna(row.row_id):
                assert kpi_id == RATE
                assert pd.isna(row.file)
                assert pd.isna(row.line)
                continue
            source, key = row.row_id.split(":", 1)
            line = lines[row.file][int(row.line) - 1]
            header = lines[row.file][0].split(",")
            written = dict(zip(header, line.split(","), strict=True))
            if "financial_year" in written:
                # 2003/04 is named by the year when it begins
                written["financial_year"] = written["financial_year"][:4]
            assert "/".join(written[name] for name in KEYS[source]) == key


def test_the_interval_of_a_mean_comes_from_its_rows(clean):
    for cell in chosen(clean, MEAN).itertuples():
        seconds = behind(clean, cell)["numerator"]
        expected = stats.ttest_1samp(seconds, 0).confidence_interval(0.95)
        assert (cell.lower, cell.upper) == pytest.approx(tuple(expected), rel=1e-9)


def test_the_interval_of_a_difference_comes_from_its_answers(clean):
    cell = next(chosen(clean, GAP).itertuples())
    answers = second_count.rows(clean.exports, GAP)
    ends = (str(day.date()) for day in (cell.period_start, cell.period_end))
    answers = answers[answers["area"].eq(cell.area) & answers["on_date"].between(*ends)]
    variance = 0
    for _, side in answers.groupby("part"):
        weight, hits = (
            side[name].to_numpy() / MILLION for name in ("denominator", "numerator")
        )
        share = hits.sum() / weight.sum()
        of_weights = weight.sum() ** 2 / (weight**2).sum()
        cases = min(of_weights, side["base"].round(6).sum())
        variance += share * (1 - share) / cases
    reach = stats.norm.ppf(0.975) * np.sqrt(variance)
    expected = cell.value - reach, cell.value + reach
    assert (cell.lower, cell.upper) == pytest.approx(expected, rel=1e-9)


def test_rows_can_be_limited_without_losing_their_order(clean):
    first = date(2003, 6, 1), date(2003, 6, 30)
    every = queries.rows(clean.one, ANSWERED, FORCE, *first)
    some = queries.rows(clean.one, ANSWERED, FORCE, *first, limit=7)
    pd.testing.assert_frame_equal(some, every.head(7))


def test_the_row_of_a_published_figure_is_its_line(clean):
    rows = queries.rows(
        clean.one, CONFIDENCE, FORCE, date(2003, 4, 1), date(2003, 6, 30)
    )
    assert len(rows) == 1
    row = rows.iloc[0]
    written = clean.files[row["file"]].read_text(encoding="utf-8").split("\n")
    cells = written[row["line"] - 1].split(",")
    assert cells[1:5] == [CONFIDENCE, FORCE, "2003-04-01", "2003-06-30"]
    assert float(cells[5]) == row["value"]
