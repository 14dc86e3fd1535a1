"""A change in a pooled ratio splits exactly into what groups did and their mix."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.statistics import decomposition
from kpis.statistics.decomposition import Split
from tests.split_cases import NAMES, REACHED, SIMPSON, parts


def split(text: str) -> Split:
    return decomposition.split(parts(text))


def drawn(found: Split, *names: str) -> dict[str, tuple]:
    """Columns of each group, rounded to a thousandth of a point."""
    rounded = found.table.set_index("group")[list(names)].astype(float).round(5)
    return {
        group: tuple(row)
        for group, row in zip(rounded.index, rounded.to_numpy(), strict=True)
    }


# the arithmetic


CASES = st.tuples(*[st.integers(0, 500), st.integers(0, 500)] * 2).map(
    # a numerator needs a denominator
    lambda case: tuple(
        amount if case[place // 2 * 2 + 1] else 0 for place, amount in enumerate(case)
    )
)
WHOLES = st.lists(CASES, min_size=1, max_size=12).filter(
    lambda groups: sum(g[1] for g in groups) and sum(g[3] for g in groups)
)


def frame_of(groups) -> pd.DataFrame:
    frame = pd.DataFrame(groups, columns=NAMES)
    return frame.assign(group=[f"group {number}" for number in range(len(groups))])


def exact(groups) -> tuple[Fraction, Fraction, Fraction]:
    """Change, mix and rate by standardisation, in whole fractions.

    The rate is the change with the shares held as before, and as after, on average; the
    mix is the change with the groups' own ratios held.
    """
    shares, ratios, whole = [], [], []
    for time in (0, 2):
        n, d = [g[time] for g in groups], [g[time + 1] for g in groups]
        shares.append([Fraction(one, sum(d)) for one in d])
        ratios.append(
            [Fraction(a, b) if b else None for a, b in zip(n, d, strict=True)]
        )
        whole.append(Fraction(sum(n), sum(d)))
    for one, other in (ratios, ratios[::-1]):
        for place, value in enumerate(one):
            if value is None:
                one[place] = other[place] or Fraction(0)

    def weighed(shares, ratios):
        return sum(a * b for a, b in zip(shares, ratios, strict=True))

    own = [weighed(held, ratios[1]) - weighed(held, ratios[0]) for held in shares]
    mixes = [weighed(shares[1], held) - weighed(shares[0], held) for held in ratios]
    return whole[1] - whole[0], sum(mixes) / 2, sum(own) / 2


@given(WHOLES)
def test_mix_and_rate_match_standardisation_and_sum_to_the_change(groups):
    change, mix, rate = exact(groups)
    assert mix + rate == change
    found = decomposition.split(frame_of(groups))
    for name, value in (("change", change), ("mix", mix), ("rate", rate)):
        assert getattr(found, name) == pytest.approx(float(value), abs=1e-9)
        if name != "change":
            assert found.table[name].sum() == pytest.approx(float(value), abs=1e-9)
    assert found.table["total"].sum() == pytest.approx(float(change), abs=1e-9)
    assert found.table["total"].abs().is_monotonic_decreasing
    assert found.table["share_before"].sum() == pytest.approx(1)
    assert found.table["share_after"].sum() == pytest.approx(1)


@given(WHOLES)
def test_backwards_every_sign_is_reversed(groups):
    there = decomposition.split(frame_of(groups)).table.set_index("group")
    back = [(n1, d1, n0, d0) for n0, d0, n1, d1 in groups]
    back = decomposition.split(frame_of(back)).table.set_index("group")
    for name in ("mix", "rate", "total"):
        np.testing.assert_allclose(back[name], -there[name][back.index], atol=1e-9)


@given(WHOLES, st.integers(2, 9))
def test_units_of_the_two_sides_do_not_matter(groups, factor):
    one = decomposition.split(frame_of(groups)).table.set_index("group")
    larger = [(n0, d0 * factor, n1, d1 * factor) for n0, d0, n1, d1 in groups]
    other = decomposition.split(frame_of(larger)).table.set_index("group")
    expected = one["total"][other.index] / factor
    np.testing.assert_allclose(other["total"], expected, atol=1e-9)


# results


def test_each_group_has_a_mix_and_a_rate_part():
    found = split(
        """
        group | n0 | d0  | n1 | d1
        Brent | 60 | 100 | 50 | 100
        Bow   | 80 | 100 | 240 | 300
        """
    )
    # 140 of 200 before, 290 of 400 after
    assert drawn(found, "before", "after", "share_before", "share_after") == {
        "Bow": (0.8, 0.8, 0.5, 0.75),
        "Brent": (0.6, 0.5, 0.5, 0.25),
    }
    # Brent: (0.5 - 0.6) x 0.75 / 2 and (0.25 - 0.5) x (0.55 - 0.7125)
    assert drawn(found, "rate", "mix") == {
        "Brent": (-0.0375, 0.04062),
        "Bow": (0, 0.02188),
    }
    assert list(found.table["group"]) == ["Bow", "Brent"]
    assert (found.before, found.after) == (0.7, 0.725)
    assert found.change == pytest.approx(0.025)
    assert found.mix == pytest.approx(0.0625)
    assert found.rate == pytest.approx(-0.0375)


def test_every_part_may_fall_while_the_whole_rises():
    found = split(SIMPSON)
    assert (found.table["after"] < found.table["before"]).all()
    assert found.change == pytest.approx(0.83 - 0.59)
    assert found.rate < 0 < found.mix


@pytest.mark.parametrize("nothing", ["0", "-"])
def test_a_group_that_is_absent_in_one_period_is_all_mix(nothing):
    found = split(
        f"""
        group   | n0        | d0        | n1        | d1
        opened  | {nothing} | {nothing} | 90        | 100
        closed  | 20        | 100       | {nothing} | {nothing}
        stays   | 50        | 100       | 50        | 100
        nowhere | {nothing} | {nothing} | {nothing} | {nothing}
        """
    )
    rows = drawn(found, "rate", "mix", "total")
    # shares of a half each; the whole was 0.35 and 0.7
    assert rows["opened"] == (0, 0.1875, 0.1875)
    assert rows["closed"] == (0, 0.1625, 0.1625)
    assert rows["stays"] == rows["nowhere"] == (0, 0, 0)
    before = found.table.set_index("group")["before"]
    assert before[["opened", "nowhere"]].isna().all()
    assert found.change == pytest.approx(0.35)
    assert found.table["total"].sum() == pytest.approx(0.35)


def test_money_of_a_place_that_takes_no_calls_is_all_rate():
    found = split(
        """
        group        | n0  | d0  | n1  | d1
        IR           | 300 | 100 | 600 | 200
        control room | 50  | -   | 200 | -
        """
    )
    assert drawn(found, "before", "after", "share_after") == {
        "control room": (pytest.approx(np.nan, nan_ok=True),) * 2 + (0,),
        "IR": (3, 3, 1),
    }
    # 50 / 100 before, 200 / 200 after
    assert drawn(found, "rate", "mix", "total")["control room"] == (0.5, 0, 0.5)
    assert found.change == 0.5


@pytest.mark.parametrize(
    "row",
    ["QK | 50 | - | 50 | 100", "QK | 50 | 100 | 50 | 0", "QK | - | 100 | 50 | 100"],
)
def test_a_group_with_only_one_side_of_the_division_is_refused_by_name(row):
    with pytest.raises(decomposition.OneSideMissingError) as refused:
        split(f"group | n0 | d0 | n1 | d1\nIR | 1 | 2 | 1 | 2\n{row}")
    assert refused.value.groups == ["QK"]


@pytest.mark.parametrize(
    ("row", "period"), [("0 | 0 | 1 | 2", "before"), ("1 | 2 | - | -", "after")]
)
def test_a_period_without_denominator_is_refused(row, period):
    with pytest.raises(decomposition.NoDenominatorError) as refused:
        split(f"group | n0 | d0 | n1 | d1\nIR | {row}")
    assert refused.value.period == period


# the published trap: 71.0 and 72.8 percent from the same paper


def test_the_forces_figure_is_of_all_calls_and_not_the_mean_of_boroughs():
    found = split(REACHED)
    pooled, mean = found.after, found.table["after"].mean()
    assert (f"{pooled:.1%}", f"{mean:.1%}") == ("71.0%", "72.8%")
    # call by call, 71 in 100 were reached in time
    calls = np.concatenate(
        [np.arange(one.denominator_after) < one.numerator_after
         for one in parts(REACHED).itertuples()]
    )  # fmt: skip
    assert calls.mean() == pooled
    # if two boroughs merged, no answer to a call would change: only the mean moves
    merged = parts(REACHED).replace({"group": {"Bromley": "Hounslow"}})
    merged = merged.groupby("group", as_index=False)[NAMES].sum()
    again = decomposition.split(merged)
    assert again.after == pooled
    assert f"{again.table['after'].mean():.1%}" == "77.0%"
