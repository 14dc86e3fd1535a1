"""A scoreboard's words: what has changed, what is compared, what is read together."""

from dataclasses import replace

import pandas as pd
import pytest

from kpis.definitions import indicators
from kpis.output import scoreboard
from kpis.output.scoreboard_row import Row
from kpis.statistics import ChartSettings, spc_judgement
from tests.scoreboard_cases import a_row
from tests.series_cases import series


def moved(title: str, variation: str, since: str | None = None) -> Row:
    day = pd.Timestamp(since) if since else None
    return replace(a_row(title), variation=variation, since=day)


def test_what_is_worse_comes_first_and_what_is_newer_before_the_old():
    rows = [
        moved("steady", "common_cause"),
        moved("better", "improvement", "2004-02-01"),
        moved("worse for long", "concern", "2002-10-01"),
        moved("worse of late", "concern", "2004-01-01"),
        moved("changed", "change", "2004-02-01"),
        moved("too few", "no_verdict"),
    ]
    said = scoreboard.attention(rows, "Chance alone flags one.")
    named = [row.title for row in said.rows]
    assert named == ["worse of late", "worse for long", "changed"]
    assert said.heading == "4 changes worth your attention"
    assert said.rest == "1 more, marked below."


@pytest.mark.parametrize(
    ("variations", "heading"),
    [
        (["concern", "common_cause"], "1 change worth your attention"),
        (["common_cause"], "No clear change in the 1 indicator that can be judged"),
        (
            ["common_cause"] * 2,
            "No clear change in the 2 indicators that can be judged",
        ),
        (["no_verdict"], "No indicator has enough past to judge change"),
    ],
)
def test_silence_is_not_good_news(variations, heading):
    said = scoreboard.attention([moved("one", each) for each in variations], "")
    assert said.heading == heading
    assert said.rest == ""


@pytest.mark.parametrize(
    ("headline", "figure", "year_ago", "others"),
    [
        (None, "14.0", "12.0", [("11.0", "MPS")]),
        # what is shown is of twelve months: a single month is no match for it
        (10.0, "10.0", "", []),
    ],
    ids=["one month", "twelve months"],
)
def test_a_figure_is_compared_with_periods_of_its_own_length(
    headline, figure, year_ago, others
):
    kpi = indicators.load()["emp_officer_sickness_days"]
    kpis = {kpi.id: kpi}
    frame = series([*[1200] * 17, 1400], first="2002-09-01").assign(
        kpi=kpi.id, area="QK", by="month", cases=float("nan"), reason="", caveat="",
        rows=0, refused=0, unusable=0, filtered=0, left_out="", least=None, most=None,
        lower=float("nan"), upper=float("nan"), is_settled=True,
        headline_value=headline, headline_n=headline, headline_reason="",
        headline_caveat="", headline_rows=0, headline_refused=0, headline_unusable=0,
        headline_filtered=0, headline_left_out="",
        headline_least=None, headline_most=None,
        headline_state=None if headline is None else "value",
    )  # fmt: skip
    frame["period_end"] = frame["period_start"] + pd.offsets.MonthEnd()
    frame["is_latest"] = frame.index == len(frame) - 1
    force = frame.assign(value=11.0, n=1.0, whose="MPS")
    names = {"QK": "Brent", "MPS": "MPS"}
    charted = {
        kpi.id: ChartSettings("lower", kpi.judging.chart, kpi.measure.resolution)
    }
    made = scoreboard.of_series(
        spc_judgement.judge_all(frame, charted), kpis, [], names, "month", force
    )
    (row,) = made.rows
    assert (row.figure, row.year_ago) == (figure, year_ago)
    assert [(one.figure, one.whose) for one in row.others] == others
    # what is said of the change is of a month by name, not of the twelve
    assert row.aside == ""


def test_a_figure_without_a_good_direction_is_shown_with_its_counterweight():
    kpis = indicators.load()
    neutral = next(one for one in kpis.values() if one.judging.better == "neither")
    first, *others = neutral.wording.read_with
    rows = [
        replace(
            a_row(kpi.wording.title),
            id=kpi.id,
            figure="Not measured" if kpi.id in others else "7\u202f%",
            has_figure=kpi.id not in others,
        )
        for kpi in kpis.values()
    ]
    said = {row.id: row for row in scoreboard.with_counterweights(rows, kpis)}
    named = [
        f"{kpis[first].wording.title} 7\u202f%",
        *(kpis[one].wording.title for one in others),
    ]
    assert said[neutral.id].read_with == f"Read with: {'; '.join(named)}."
    shown = {row.id for row in said.values() if row.has_counterweight}
    assert shown == {one.id for one in kpis.values() if one.judging.better == "neither"}
