"""Small groups are not revealed by a total, a sibling, a difference or a row.

An attacker knows every figure that is shown, for every area and every length of period,
and solves for the rest: nothing hidden may follow from what is shown.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis import demo, periods, pipeline
from kpis.errors import UserError
from kpis.ingest import importer
from kpis.results import disclosure, opened_build, queries
from kpis.results.disclosure import LEAST, LONGEST_FIRST, Measure, Tree, hidden
from tests import disclosure_auditor
from tests.disclosure_auditor import Block, Finding, Known, Secret, follows
from tests.second_count import source_of

MONTHS = pd.date_range("2002-04-01", periods=24, freq="MS")
CALENDARS = {
    "year": [slice(0, 12), slice(12, 24)],
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


# an auditor who is told every figure, on forces drawn by chance


def test_an_auditor_finds_what_a_difference_reveals():
    rows = people({"A": [5, 1, 2, 9], "B": [30, 30, 30, 30]})
    whole = {Block(frozenset("AB"), month, month + 1) for month in range(4)}
    windows = {Block(frozenset("A"), 0, 2), Block(frozenset("A"), 1, 3)}
    secrets = [Secret(f"A {month}", Block(frozenset("A"), month, month + 1))
               for month in range(4)]  # fmt: skip
    known = Known("n", rows, 10, whole | windows)
    # the second is at most 3, because together with the third it makes 3
    found = {one.name: (one.low, one.high) for one in follows(known, secrets)}
    assert found == {"A 0": (3, 6), "A 1": (0, 3), "A 2": (0, 3)}


def test_an_auditor_knows_that_what_had_not_opened_is_empty():
    rows = people({"A": [0, 0, 4, 8], "B": [30, 30, 30, 30]})
    shown = {Block(frozenset("A"), 0, 2), Block(frozenset("A"), 1, 3)}
    secret = Secret("A 2", Block(frozenset("A"), 2, 3))
    (found,) = follows(Known("n", rows, 10, shown), [secret])
    assert (found.low, found.high) == (4, 4)


def test_an_auditor_leaves_alone_what_may_be_anything():
    rows = people({"A": [4, 8, 1, 7], "B": [30, 30, 30, 30]})
    shown = {Block(frozenset("A"), 0, 4), Block(frozenset("AB"), 0, 1)}
    secret = Secret("A 2", Block(frozenset("A"), 2, 3))
    assert not follows(Known("n", rows, 10, shown), [secret])


WHOLE = pd.date_range("2002-04-01", periods=30, freq="MS")
SETTLED = 27
FORCES = range(10)


def drawn(seed: int) -> tuple[pd.DataFrame, Tree]:
    """A force: boroughs of all sizes, some opened late, and rows of no borough.

    Every other force counts at places within boroughs.
    """
    chance = np.random.default_rng(seed)
    count = int(chance.integers(3, 7))
    boroughs = [f"B{number}" for number in range(count)]
    children: dict[str, list[str]] = {}
    if seed % 2:
        children = {
            one: [f"{one}{place}" for place in range(chance.integers(1, 4))]
            for one in boroughs
        }
    own = [code for one in boroughs for code in children.get(one, [one])]
    rows = {code: chance.poisson(chance.choice([1, 4, 14, 40]), 30) for code in own}
    for code in own:
        if chance.random() < 0.4:
            rows[code][: chance.integers(1, 20)] = 0
    rows[""] = chance.poisson(chance.choice([0, 0.3, 4]), 30)
    codes = {code: [code] for code in own} | children
    codes["MPS"] = [*own, ""]
    frame = pd.DataFrame(rows, index=WHOLE).T
    return frame, Tree(codes, {**children, "MPS": boroughs})


def spans(by: str) -> Iterator[tuple[tuple[date, date], slice, bool]]:
    """Each period, which months it has, and whether it has settled."""
    starts = list(WHOLE.date)
    for period in periods.between(starts[0], periods.end_of_month(starts[-1]), by):
        place = (period[0].year - 2002) * 12 + period[0].month - 4
        end = (period[1].year - 2002) * 12 + period[1].month - 3
        yield period, slice(max(place, 0), min(end, 30)), place >= 0 and end <= SETTLED


def audited(seed: int) -> list[Finding]:
    """What follows of a drawn force from all that the rule shows of it."""
    rows, places = drawn(seed)
    calendars = {
        by: [span for _, span, is_settled in spans(by) if is_settled]
        for by in LONGEST_FIRST
    }
    away = disclosure.protect(
        [Measure(rows, LEAST["respondents"])], places, calendars, WHOLE
    )
    of_children = {code for one in places.children["MPS"] for code in places.codes[one]}
    areas = places.codes | {"rest": sorted(set(rows.index) - of_children)}
    shown, secrets = set(), []
    for by in disclosure_auditor.LENGTHS:
        for period, span, is_settled in spans(by):
            for area, codes in areas.items():
                block = Block(frozenset(codes), span.start, span.stop)
                secrets.append(Secret(f"{area} by {by} {period[0]}", block))
                is_hidden = area == "rest" or (
                    away.has(area, by, period)
                    if is_settled
                    else away.has_unsettled(area, period)
                )
                if not is_hidden:
                    shown.add(block)
    return follows(Known("n", rows, 10, shown), secrets)


@pytest.mark.parametrize("seed", FORCES)
def test_nothing_hidden_follows_from_all_that_is_shown_together(seed):
    assert [str(one) for one in audited(seed)] == []


def test_a_drawn_force_shows_some_areas_and_hides_others():
    hidden_by = [
        hidden([Measure(rows, 10)], places, CALENDARS)
        for rows, places in map(drawn, FORCES)
    ]
    for length in LONGEST_FIRST:
        assert any(found[length] for found in hidden_by)
    every = [set(places.codes) for _, places in map(drawn, FORCES)]
    assert any(
        codes - found["month"] for codes, found in zip(every, hidden_by, strict=True)
    )


def show_windows_like_years(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disclosure, "made_of", lambda by, _: "year" if by[0] == "r" else by)


def show_smaller_numbers(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(LEAST, "respondents", 5)


def hide_no_partner(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disclosure, "_hide_partners", lambda *_: None)


def forget_who_is_nowhere(patch: pytest.MonkeyPatch) -> None:
    as_it_is = disclosure._is_mixed

    def is_mixed(parent: str, own: set[str], *rest: object) -> bool:
        return not own & set(rest[1].children[parent]) or as_it_is(parent, own, *rest)

    patch.setattr(disclosure, "_is_mixed", is_mixed)


def show_what_is_not_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disclosure.Hidden, "has_unsettled", lambda *_: False)


@pytest.mark.parametrize(
    "loosen",
    [
        show_windows_like_years,
        show_smaller_numbers,
        hide_no_partner,
        forget_who_is_nowhere,
        show_what_is_not_over,
    ],
)
def test_an_auditor_finds_a_loosened_rule(loosen, monkeypatch):
    loosen(monkeypatch)
    assert any(audited(seed) for seed in FORCES)


# each example solves for what is hidden, so fewer of them than elsewhere
@settings(max_examples=settings().max_examples * 2 // 5)
@given(st.data())
def test_nothing_hidden_follows_whatever_the_numbers_are(data):
    codes = [f"P{number}" for number in range(data.draw(st.integers(2, 5)))]
    counts = st.lists(st.integers(0, 14), min_size=24, max_size=24)
    rows = people({code: data.draw(counts) for code in codes})
    places = tree(codes)
    away = hidden([Measure(rows, LEAST_PEOPLE)], places, CALENDARS)
    blocks = [
        (area in away[by], Block(frozenset(own), span.start, span.stop))
        for area, own in places.codes.items()
        for by, every in CALENDARS.items()
        for span in every
    ]
    shown = {block for is_hidden, block in blocks if not is_hidden}
    secrets = [Secret("", block) for _, block in blocks]
    assert not follows(Known("n", rows, LEAST_PEOPLE, shown), secrets)


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


def test_nothing_hidden_follows_from_what_a_build_shows(one):
    assert [str(found) for found in disclosure_auditor.of_build(one)] == []


def test_rows_of_people_give_file_and_line_and_nothing_else(one, asked):
    counts = {"listed": 0, "refused": 0}
    for kpi_id, found in asked.items():
        found = found[found["by"].isin(LONGEST_FIRST)]
        counted = found[found["n"] > 0].head(2)
        for shown in counted.itertuples():
            period = shown.period_start.date(), shown.period_end.date()
            kpi = one.kpis[kpi_id]
            if not queries.lengths_listed(one, kpi, shown.area, period):
                with pytest.raises(UserError, match="single people"):
                    queries.rows(one, kpi_id, shown.area, *period)
                counts["refused"] += 1
                continue
            rows = queries.rows(one, kpi_id, shown.area, *period)
            assert list(rows) == ["row_id", "file", "line"]
            assert len(rows) == shown.n
            counts["listed"] += 1
        for away in found[found["state"] == "suppressed"].head(2).itertuples():
            period = away.period_start.date(), away.period_end.date()
            with pytest.raises(UserError, match="single people"):
                queries.rows(one, kpi_id, away.area, *period)
        first = found["period_start"].max().date()
        with pytest.raises(UserError, match="single people"):
            queries.rows(one, kpi_id, "MPS", first, first)
    assert all(counts.values()), counts
