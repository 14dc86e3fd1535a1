"""Small groups are not revealed by a total, a sibling, a difference or a row.

An attacker knows every figure that is shown, for every area and every length of period,
and solves for the rest: nothing hidden may follow from what is shown.
"""

from contextlib import closing

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis import demo, periods, pipeline
from kpis.errors import UserError
from kpis.ingest import importer
from kpis.results import opened_build, queries
from kpis.results.disclosure import LEAST, LONGEST_FIRST, Measure, Tree, hidden
from tests.second_count import source_of

MONTHS = pd.date_range("2002-04-01", periods=24, freq="MS")
CALENDARS = {
    "year": [slice(0, 12), slice(12, 24)],
    "rolling12": [slice(start, start + 12) for start in range(13)],
    "quarter": [slice(start, start + 3) for start in range(0, 24, 3)],
    "month": [slice(start, start + 1) for start in range(24)],
}
LEAST_PEOPLE = LEAST["respondents"]


def people(rows: dict[str, list[int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=MONTHS[: len(next(iter(rows.values())))]).T


def tree(codes: list[str], parent: str = "MPS") -> Tree:
    return Tree({**{one: [one] for one in codes}, parent: codes}, {parent: codes})


def of_years(rows: dict[str, list[int]], places: Tree) -> frozenset[str]:
    """Which areas are hidden, where each column is a year."""
    spans = [slice(place, place + 1) for place in range(len(next(iter(rows.values()))))]
    return hidden([Measure(people(rows), 10)], places, {"year": spans})["year"]


def test_a_small_cell_hides_the_smallest_other_too():
    rows = {"A": [9, 30], "B": [50, 50], "C": [20, 20]}
    assert of_years(rows, tree(list("ABC"))) == {"A", "C"}


def test_a_cell_with_enough_people_or_no_one_is_shown():
    assert of_years({"A": [10, 0], "B": [50, 50]}, tree(["A", "B"])) == frozenset()


def test_two_small_cells_are_not_enough_if_their_sum_is_small():
    rows = {"A": [3, 30], "B": [4, 40], "C": [60, 60], "D": [70, 70]}
    assert of_years(rows, tree(list("ABCD"))) == {"A", "B", "C"}


def test_a_cell_alone_in_a_period_has_no_partner_there():
    # B is hidden too, but has no one in the second year
    rows = {"A": [9, 9], "B": [20, 0], "C": [30, 30]}
    assert of_years(rows, tree(list("ABC"))) == {"A", "B", "C"}


def test_a_remainder_that_is_never_shown_is_a_partner():
    places = Tree({"A": ["A"], "B": ["B"], "MPS": ["A", "B", ""]}, {"MPS": ["A", "B"]})
    rows = {"A": [9], "B": [50], "": [40]}
    assert of_years(rows, places) == {"A"}


def test_a_place_that_is_all_of_its_borough_hides_the_borough():
    places = Tree(
        {"F1": ["F1"], "F2": ["F2"], "F3": ["F3"], "X": ["F1"], "Y": ["F2", "F3"],
         "MPS": ["F1", "F2", "F3"]},
        {"X": ["F1"], "Y": ["F2", "F3"], "MPS": ["X", "Y"]},
    )  # fmt: skip
    # X is F1; Y alone next to it would be the force less X
    found = of_years({"F1": [5], "F2": [30], "F3": [40]}, places)
    assert found == {"F1", "X", "Y", "F2", "F3"}


def test_an_area_hidden_by_year_is_hidden_by_all_shorter_periods():
    counts = {"A": [0] * 12 + [1] + [0] * 11, "B": [20] * 24, "C": [30] * 24}
    measures = [Measure(people(counts), LEAST_PEOPLE)]
    found = hidden(measures, tree(list("ABC")), CALENDARS)
    for longer, shorter in zip(LONGEST_FIRST, LONGEST_FIRST[1:], strict=False):
        assert found[longer] <= found[shorter]


def derivable(shown: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Which of the wanted sums of unknowns follow from the shown ones."""
    if not len(shown):
        return np.zeros(len(wanted), dtype=bool)
    _, sizes, basis = np.linalg.svd(shown, full_matrices=False)
    basis = basis[sizes > 1e-9 * max(sizes.max(), 1)]
    rest = wanted - wanted @ basis.T @ basis
    return np.abs(rest).max(axis=1) < 1e-7


def cells(places: Tree, codes: list[str], calendars: dict, months: int) -> list:
    """Every (area, length, span) with its sum over the unknown people."""
    found = []
    for area, own in places.codes.items():
        for length, spans in calendars.items():
            for span in spans:
                row = np.zeros((len(codes), months))
                row[[codes.index(code) for code in own], span] = 1
                found.append((area, length, span, row.ravel()))
    return found


# each example solves for what is hidden, so fewer of them than elsewhere
@settings(max_examples=settings().max_examples * 2 // 5)
@given(st.data())
def test_an_attacker_learns_nothing_hidden_from_what_is_shown(data):
    codes = [f"P{number}" for number in range(data.draw(st.integers(2, 5)))]
    counts = st.lists(st.integers(0, 14), min_size=24, max_size=24)
    rows = people({code: data.draw(counts) for code in codes})
    places = tree(codes)
    away = hidden([Measure(rows, LEAST_PEOPLE)], places, CALENDARS)
    every = cells(places, codes, CALENDARS, 24)
    shown = [one for area, by, _, one in every if area not in away[by]]
    small = [
        one
        for area, by, span, one in every
        if area in away[by]
        and 0 < rows.loc[places.codes[area]].iloc[:, span].sum().sum() < LEAST_PEOPLE
    ]
    if small:
        assert not derivable(np.array(shown), np.array(small)).any()


# the same attack on the demo's pages


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    home = tmp_path_factory.mktemp("people")
    demo.write_reference(home)
    for path in demo.write(home / "exports", scale=0.01, years=2):
        if source_of(path) in ("survey_responses", "workforce_monthly"):
            importer.import_file(path, f"canonical_{source_of(path)}", home)
    pipeline.build(home)
    with closing(opened_build.open_build(home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def asked(one) -> dict[str, pd.DataFrame]:
    """Every figure that can be asked for, for each indicator about people."""
    protected = [kpi.id for kpi in one.kpis.values() if kpi.disclosure.is_needed]
    return {kpi_id: every_series(one, kpi_id) for kpi_id in protected}


def every_series(one, kpi_id: str) -> pd.DataFrame:
    """Every figure of an indicator: every area, every length, all periods."""
    areas = queries.areas(one)
    kpi = one.kpis[kpi_id]
    codes = areas["code"][
        areas["kind"].isin(list(kpi.population.smallest_period))
    ].tolist()
    cover = one.arrived(kpi_id)
    frames = [
        queries.series(one, [kpi_id], codes, cover.first, cover.last, by).assign(by=by)
        for by in periods.LENGTHS
    ]
    return pd.concat(frames, ignore_index=True)


def test_there_is_something_to_hide(one, asked):
    hiding = [
        kpi_id for kpi_id, found in asked.items() if "suppressed" in set(found["state"])
    ]
    assert len(hiding) > 8
    assert any(one.kpis[kpi_id].measure.base == "staff" for kpi_id in hiding)


def test_a_suppressed_cell_has_no_number_in_it(asked):
    for found in asked.values():
        found = found[found["state"] == "suppressed"]
        numbers = ["n", "numerator", "denominator", "value", "lower", "upper", "cases"]
        assert found[[*numbers, "parts"]].isna().all(axis=None)
        assert found["reason"].str.len().gt(0).all()


def test_no_hidden_small_cell_follows_from_what_is_shown(one, asked):
    for kpi_id, found in asked.items():
        kpi = one.kpis[kpi_id]
        if kpi.measure.kind == "difference" or kpi.disclosure.protects != "respondents":
            continue
        rows = one.warehouse.query(
            "select area_code, on_date, sum(n) as n from cube.month_cells "
            "where kpi = ? group by all",
            [kpi_id],
        )
        if rows.empty:
            # a question that was not asked
            continue
        wide = rows.pivot(index="area_code", columns="on_date", values="n").fillna(0)
        months = pd.date_range(wide.columns.min(), found["period_end"].max(), freq="MS")
        wide = wide.reindex(columns=months).fillna(0)
        codes = list(wide.index)
        sums, is_shown, is_small = [], [], []
        for cell in found[found["by"].isin(LONGEST_FIRST)].itertuples():
            own = {code for _, code in one.places.members([cell.area])}
            own = set(codes) if cell.area == "MPS" else own & set(codes)
            in_span = (months >= cell.period_start) & (months <= cell.period_end)
            row = np.outer([code in own for code in codes], in_span).astype(float)
            sums.append(row.ravel())
            is_shown.append(pd.notna(cell.n))
            size = (row * wide.to_numpy()).sum()
            is_small.append(0 < size < LEAST_PEOPLE and cell.state == "suppressed")
            assert not (pd.notna(cell.n) and cell.n < LEAST_PEOPLE and cell.n > 0)
        sums = np.array(sums)
        is_shown, is_small = np.array(is_shown), np.array(is_small)
        if is_small.any():
            assert not derivable(sums[is_shown], sums[is_small]).any(), kpi_id


def test_rows_of_people_give_file_and_line_and_nothing_else(one, asked):
    for kpi_id, found in asked.items():
        found = found[found["by"].isin(LONGEST_FIRST)]
        counted = found[found["n"] > 0].head(2)
        for cell in counted.itertuples():
            ends = cell.period_start.date(), cell.period_end.date()
            rows = queries.rows(one, kpi_id, cell.area, *ends)
            assert list(rows) == ["row_id", "file", "line"]
            assert len(rows) == cell.n
        for cell in found[found["state"] == "suppressed"].head(2).itertuples():
            ends = cell.period_start.date(), cell.period_end.date()
            with pytest.raises(UserError, match="single people"):
                queries.rows(one, kpi_id, cell.area, *ends)
        first = found["period_start"].max().date()
        with pytest.raises(UserError, match="single people"):
            queries.rows(one, kpi_id, "MPS", first, first)
