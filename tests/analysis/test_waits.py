"""Single waits behind a figure: their classes, the standard, words and picture."""

from datetime import date

import numpy as np
import pytest

from kpis.analysis import waits
from kpis.charts import wait_histogram
from kpis.errors import UserError
from kpis.results import queries
from tests.tables import Force

MEDIAN, SHARE = "ops_immediate_response_median", "ops_immediate_attended_in_target"
MAY = date(2003, 5, 1), date(2003, 5, 31)
# seconds; one of exactly the standard, one a second longer, one of no time at all
SECONDS = [0, 60, 61, 120, 300, 540, 719, 720, 721, 900, 1800, 86000]


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("home"))
    created = "2003-05-02T00:00:00+01:00"
    rows = []
    for number, seconds in enumerate(SECONDS * 5):
        arrived = np.datetime64("2003-05-01T23:00:00") + np.timedelta64(seconds, "s")
        rows.append(f"{number} | {created} | {arrived}+00:00")
    rows.append("other | 2003-05-02T00:00:00+01:00 | -")
    table = "incident_ref | created_at | first_on_scene_at\n" + "\n".join(rows)
    force.receives("incidents", table, covers="2003-05")
    with force.build() as build:
        yield build


@pytest.fixture(scope="module")
def found(build):
    return waits.of_cell(build, MEDIAN, "QK", MAY)


def test_waits_match_the_figure(build, found):
    cell = queries.series(build, [MEDIAN], ["QK"], *MAY, "month").iloc[0]
    assert found.n == cell["n"] == len(SECONDS) * 5
    assert found.quantile(0.5) == cell["value"] == np.median(SECONDS)
    assert waits.of_cell(build, MEDIAN, "MPS", MAY).n == found.n
    with pytest.raises(UserError, match="no waits"):
        waits.of_cell(build, MEDIAN, "TX", MAY)
    with pytest.raises(UserError, match="does not measure single waits"):
        waits.of_cell(build, SHARE, "QK", MAY)


def test_each_wait_is_in_one_class_and_the_standard_ends_one(found):
    assert found.standard == 720
    classes = waits.classes(found)
    assert classes["n"].sum() == found.n
    assert classes["share"].sum() == pytest.approx(1)
    width = classes["end"][0]
    assert 720 % width == 0
    for row in classes.itertuples():
        end = np.inf if np.isnan(row.end) else row.end
        is_in = [row.start < one <= end or (one == row.start == 0) for one in SECONDS]
        assert row.n == 5 * sum(is_in), row
    # what the share in target says of the same incidents
    within = sum(one <= 720 for one in SECONDS) / len(SECONDS)
    assert found.share_within(720) == pytest.approx(within)


def test_waits_are_given_in_words(build, found):
    said = waits.in_words(found, build.kpis[MEDIAN])
    assert said.startswith("Half waited 10 min 30 s or less, nine in ten ")
    assert "33\u202f% waited longer than the standard of 12 min 0 s." in said


def test_what_is_beyond_the_standard_is_darker(build, found):
    classes = waits.classes(found)
    drawn = wait_histogram.waits_figure(classes, found, build.kpis[MEDIAN], "light")
    (bars,) = drawn["data"]
    colours = bars["marker"]["color"]
    is_beyond = classes["start"] >= 720
    assert len({c for c, far in zip(colours, is_beyond, strict=True) if far}) == 1
    assert len(set(colours)) == 2
    said = {label["text"] for label in drawn["layout"]["annotations"]}
    assert "standard: 12 min 0 s" in said
    assert drawn["layout"]["xaxis"]["ticktext"][-1] == "longer"


def test_there_is_no_standard_where_it_changed(build):
    changed = date(2009, 12, 1), date(2010, 1, 31)
    assert waits.standard(build, build.kpis[MEDIAN], "QK", changed) is None
    assert (
        waits.standard(build, build.kpis["ops_dispatch_delay_median"], "QK", MAY)
        is None
    )
