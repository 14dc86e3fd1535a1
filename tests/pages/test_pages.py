"""Every page through app.py, as a visitor's session runs it, without a browser."""

import json
import string
from datetime import date

import pandas as pd
import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from kpis import formatting, pipeline
from kpis.definitions import contracts, indicators
from kpis.output import brief
from kpis.output.heading import Heading
from kpis.results import opened_build, queries
from pages._cached import scoreboards
from pages._components import scoreboard
from pages._frame import local_only, markdown
from tests.exports import canonical, save, take
from tests.tables import Force
from tests.visitors import DRILL, IMPORTS, INDICATOR, checked, visitor, words

ATTENDED = "ops_immediate_attended_in_target"
BY_SITE = """
title = "Calls, one file a site"
source = "calls"
[covers]
areas = "present"
[columns]
call_id = { column = "call_id" }
offered_at = { column = "offered_at" }
answered_at = { column = "answered_at" }
call_site_code = { column = "site" }
line_type = { constant = "emergency_999" }
stage = { constant = "primary" }
origin = { constant = "public" }
outcome = { constant = "answered" }
"""


@pytest.fixture
def demo(spoilt_home):
    return spoilt_home


@pytest.fixture
def real(data_dir):
    """Real data: 120 incidents of February 2004, 90 in time, and a published figure."""
    bring(data_dir, "incidents", [incident(place < 90) for place in range(120)])
    figure = {"area_code": "MPS", "period_start_on": "2003-10-01"}
    bring(data_dir, "published_figures", [figure | {"period_end_on": "2003-12-31"}])
    pipeline.build(data_dir)
    return data_dir


def incident(is_in_time: bool) -> dict[str, str]:
    arrived = "10:08" if is_in_time else "10:20"
    return {
        "created_at": "2004-02-02T10:00:00+00:00",
        "first_dispatched_at": "",
        "first_on_scene_at": f"2004-02-02T{arrived}:00+00:00",
        "closed_at": "",
    }


FEBRUARY = date(2004, 2, 1), date(2004, 2, 29)


def bring(home, source: str, rows: list[dict[str, str]]) -> None:
    """Import rows that cover February 2004, though they are of one day."""
    path = save(home / "inbox", canonical(source, *rows))
    account = take(path, f"canonical_{source}", home, covers=FEBRUARY)
    assert account["quarantined"] == 0


def rows(at: AppTest) -> pd.DataFrame:
    """The rows behind the figure, as the page shows them."""
    (found,) = [one.value for one in at.dataframe if "row_id" in one.value]
    return found


def test_without_a_build_the_pages_say_what_to_do(data_dir):
    for page in ("", INDICATOR):
        at = visitor(page)
        assert at.title[0].value == "No figures yet"
        assert "python -m kpis demo" in words(at)
    at = visitor(IMPORTS)
    assert "Nothing has been imported yet." in words(at)
    assert [button.label for button in at.button] == ["See what it changes"]


def test_an_indicator_leads_to_what_it_is_read_with(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(INDICATOR, kpi=ATTENDED, by="year")
    read_with = indicators.load()[ATTENDED].wording.read_with
    labels = [one.label for one in at.button[: len(read_with)]]
    for label, other in zip(labels, read_with, strict=True):
        assert label.startswith(markdown.plain(indicators.load()[other].wording.title))
    assert any(label.endswith("%") for label in labels)
    at = checked(at.button[0].click().run())
    assert at.title[0].value == indicators.load()[read_with[0]].wording.title


def test_rows_are_filtered_and_grouped(real):
    at = visitor(DRILL, kpi=ATTENDED)
    said = words(at)
    assert "75\u202f%, from 120 rows. That is the indicator's figure." in said
    assert len(rows(at)) == 120
    at.multiselect(key="groups").set_value(["weekday", "hour"])
    at = checked(at.run())
    (groups,) = [one.value for one in at.dataframe if "figure" in one.value]
    assert groups.to_dict("records") == [
        {
            "weekday": "Monday",
            "hour": "10:00",
            "figure": "75\u202f%",
            "interval": "67\u202f% to 82\u202f%",
            "n": 120,
        }
    ]
    # no one filtered, so all count, also those that the figure leaves out
    at.multiselect(key="only_origin").set_value([])
    assert "from 120 rows" in words(checked(at.run()))


def test_a_filter_is_kept_for_another_area_and_not_for_another_indicator(real):
    at = visitor(DRILL, kpi=ATTENDED)
    assert at.multiselect(key="only_origin").value == ["public"]
    at.multiselect(key="only_origin").set_value([]).run()
    at.selectbox(key="area").set_value("CW").run()
    assert at.multiselect(key="only_origin").value == []
    at.selectbox(key="kpi").set_value("ops_immediate_response_median")
    assert checked(at.run()).multiselect(key="only_origin").value == ["public"]


def test_a_default_that_no_one_chose_follows_the_area(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(DRILL, kpi=ATTENDED, area="Brent")
    assert at.multiselect(key="only_origin").value == ["public"]
    at.selectbox(key="area").set_value("MPS")
    at = checked(at.run())
    assert at.multiselect(key="only_origin").value == ["public", "partner_agency"]
    assert "That is the indicator" in words(at)


@pytest.mark.parametrize(
    ("page", "offered"), [(INDICATOR, 3), (DRILL, 1), (IMPORTS, 1)]
)
def test_a_click_on_a_download_does_not_remove_its_file(real, page, offered):
    buttons = visitor(page, kpi=ATTENDED).get("download_button")
    assert len(buttons) >= offered
    # a run that begins at the click ends what its own click is waiting for
    assert all(button.proto.ignore_rerun for button in buttons)


def test_the_overview_offers_its_figures_on_a_page_of_paper(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(area="Brent")
    (button,) = at.get("download_button")
    assert button.proto.label == "Brief to print (PDF)"
    (board,) = [
        json.loads(one.proto.json)
        for one in at.get("bidi_component")
        if one.proto.component_name == "scoreboard"
    ]
    one = opened_build.open_build()
    value = scoreboards.of_area(one.id, "QK", "month")
    # the screen shows the value that the paper is made of
    assert board == json.loads(json.dumps(scoreboard.as_json(value, "light")))
    heading = Heading("Brent", "", "", one.id, date(2004, 4, 1), True)
    given = brief.template_input(value, heading)
    on_screen = {row["title"]: row for one in board["families"] for row in one["rows"]}
    on_paper = [row for family in given["families"] for row in family["rows"]]
    assert len(on_paper) > 20
    for row in on_paper:
        shown = on_screen[row["title"]]
        same = ("figure", "interval", "count", "spark_label")
        assert [row[name] for name in same] == [shown[name] for name in same]
        assert row["year_ago"] in shown["phrase"]
        others = [one["figure"] for one in shown["others"]]
        assert list(filter(None, row["others"])) == others
    found = queries.scoreboard(one, "QK", "month")
    for _, cell in found[found["is_latest"]].iterrows():
        kpi = one.kpis[cell["kpi"]]
        if kpi.measure.accumulate == "none" and pd.notna(cell["value"]):
            assert on_screen[kpi.wording.title]["figure"] == formatting.of_cell(
                cell, kpi.measure
            )
    said = [(row["title"], row["sentence"]) for row in board["attention"]["rows"]]
    assert said == [
        (row["title"], row["sentence"]) for row in given["attention"]["rows"]
    ]
    assert b"/Type/Pages/Count 1" in brief.pdf(value, heading)


def test_london_shows_the_chosen_indicator_in_every_borough(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(view="London", by="year", area="Brent")
    kpi_id = at.selectbox(key="mapped").value
    # unasked, one whose boroughs can be judged
    assert indicators.load()[kpi_id].judging.better in ("higher", "lower")
    assert "Brent: " in words(at)
    for form in ("Boundaries", "Equal tiles"):
        at.segmented_control(key="form").set_value(form)
        (chart,) = checked(at.run()).get("plotly_chart")
        assert len(json.loads(chart.proto.spec)["data"][-1]["customdata"]) == 32


def test_areas_are_shown_side_by_side(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(view="Side by side", area="Brent")
    assert at.multiselect(key="areas_beside").value == ["QK", "MPS"]
    # a link with codes, as a report has it
    asked = visitor(view="Side by side", areas_beside=["TX", "QK"], by="year")
    assert asked.multiselect(key="areas_beside").value == ["TX", "QK"]
    assert not asked.warning
    at.multiselect(key="areas_beside").set_value([])
    assert "Choose two or three areas above." in words(checked(at.run()))


def test_the_imports_of_the_demo_are_listed(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(IMPORTS)
    titles = {one.title for one in contracts.load_all().values()}
    assert set(at.dataframe[0].value["source"]) == titles
    assert "Synthetic data" in words(at)
    assert "quarantined" in words(at)
    # the faults of one import, line by line
    (calls,) = [
        name for name in at.selectbox(key="import").options if name.startswith("calls")
    ]
    at = visitor(IMPORTS, **{"import": calls})
    counted, listed = (one.value for one in at.dataframe if "rule" in one.value)
    assert counted["row_count"].sum() == len(listed) > 0
    assert listed["line"].is_monotonic_increasing


def test_a_figure_of_real_data_has_its_rows(real):
    at = visitor(INDICATOR, kpi=ATTENDED)
    assert at.metric[0].value == "75\u202f%"
    assert at.metric[0].label == r"MPS\, February 2004"
    assert "90 of 120 make 75\u202f%." in words(at)
    assert len(rows(at)) == 120
    assert "Synthetic data" not in words(at)


def test_a_chosen_period_is_replaced_by_one_of_another_kind(demo, monkeypatch):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor(INDICATOR, kpi=ATTENDED)
    at.selectbox(key="period").set_value("2003-11-01 month")
    at = checked(at.run())
    assert at.selectbox(key="period").value == "2003-11-01 month"
    at.selectbox(key="by").set_value("quarter")
    at = checked(at.run())
    assert at.selectbox(key="period").value == "2003-10-01 quarter"


def test_a_mean_a_percentile_and_a_rate_say_how_they_were_made(data_dir):
    force = Force(data_dir)
    force.receives(
        "calls",
        """times | offered_at | answered_at | bocu_code
        3 | 2002-06-05T10:00:00+01:00 | 2002-06-05T10:00:05+01:00 | QK
        1 | 2002-06-05T10:00:00+01:00 | 2002-06-05T10:00:05+01:00 | QK""",
        covers="2002-06",
    )
    force.receives(
        "incidents",
        """created_at | first_on_scene_at
        2002-06-05T10:00:00+01:00 | 2002-06-05T10:08:00+01:00
        2002-06-05T10:00:00+01:00 | 2002-06-05T10:10:00+01:00""",
        covers="2002-06",
    )
    pipeline.build(data_dir)
    at = visitor(INDICATOR, kpi="ops_calls_per_1000_residents", area="QK")
    assert at.metric[0].value == "0.2"
    assert at.metric[0].label == r"Brent\, June 2002, per 1\,000 a year"
    assert "4 in 21.6 thousand resident-years make 0.2 per 1,000 a year." in words(at)
    found = rows(at)
    is_residents = found["row_id"] == "residents"
    assert is_residents.sum() == 30
    assert set(found.loc[is_residents, ["file", "line", "hour"]].stack()) == {""}
    assert set(found.loc[~is_residents, "hour"]) == {"10"}
    # where no one called, there are only residents
    at = visitor(INDICATOR, kpi="ops_calls_per_1000_residents", area="EK")
    assert set(rows(at)["row_id"]) == {"residents"}
    at = visitor(INDICATOR, kpi="ops_999_answer_p95", area="IR")
    assert "95 in 100 of 4 values are at most 5 s." in words(at)
    at = visitor(INDICATOR, kpi="ops_immediate_response_mean", area="QK")
    assert "2 values have a mean of 9 min 0 s." in words(at)
    assert list(rows(at)["numerator"]) == [480, 600]


def test_a_cost_says_what_was_spent_and_on_how_many(data_dir):
    force = Force(data_dir)
    force.receives(
        "calls",
        """times | offered_at | answered_at
        4 | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:00:05+01:00""",
        covers="2003-05",
    )
    force.receives(
        "finance_monthly",
        """month | unit_code | actual
        2003-05 | IR | 1310.00""",
        covers="2003-05",
    )
    pipeline.build(data_dir)
    at = visitor(INDICATOR, kpi="fin_cost_per_call", area="IR")
    assert at.metric[0].value == "£327.50"
    assert "£1\u202f310 over 4 make £327.50." in words(at)
    assert sorted(rows(at)["numerator"]) == [0, 0, 0, 0, 1310]


def test_a_gap_shows_both_of_its_sides(data_dir):
    force = Force(data_dir)
    force.receives(
        "survey_responses",
        """times|ethnicity_group|experience_date|interview_date|answer_code|bocu_code
        12 | white           | 2003-03-20 | 2003-05-20 | 1 | QK
        4  | white           | 2003-03-20 | 2003-05-20 | 5 | QK
        10 | minority_ethnic | 2003-03-20 | 2003-05-20 | 1 | QK
        10 | minority_ethnic | 2003-03-20 | 2003-05-20 | 5 | QK""",
        covers="2002-04 to 2003-08",
    )
    pipeline.build(data_dir)
    at = visitor(
        INDICATOR,
        kpi="cust_satisfaction_gap",
        by="rolling12",
        period="12 months to March 2003",
    )
    said = "75\u202f% in part a (n 16) minus 50\u202f% in part b (n 20) make 25 points."
    assert said in words(at)
    # the rows are people: where they stand, and not what they answered
    assert list(rows(at)) == ["row_id", "file", "line"]


@pytest.fixture
def with_holes(data_dir):
    """Two sites' calls, without Hendon's for May; a doubtful amount."""
    force = Force(data_dir)
    force.add_mapping("by_site", BY_SITE)
    for site, months in {"HEN": (4, 6), "IR": (4, 5, 6)}.items():
        for month in months:
            at = f"2003-0{month}-02T10:00:"
            force.receives(
                "calls",
                f"""call_id | offered_at | answered_at | site
                {site}{month} | {at}00Z | {at}05Z | {site}""",
                covers=f"2003-0{month}",
                mapping="by_site",
            )
    force.receives(
        "finance_monthly",
        """month | unit_code | actual
        2003-01 | IR | 90000
        2003-02 | IR | 91000
        2003-03 | IR | 92000
        2003-04 | IR | 91.5
        2003-05 | IR | 90000
        2003-06 | IR | 90000""",
        covers="2003-01 to 2003-06",
    )
    pipeline.build(data_dir)
    return data_dir


def test_the_overview_says_what_to_doubt_and_leads_to_the_imports(with_holes):
    at = visitor()
    (link,) = at.get("page_link")
    absence = markdown.plain("Hendon: calls for May 2003 have not arrived")
    assert absence in link.proto.label
    assert "1 finding makes figures unreliable" in link.proto.label
    assert link.proto.page == "imports"


def test_the_overview_counts_figures_that_are_not_reliable(with_holes):
    assert "core indicators measured" in words(visitor())
    at = visitor(area="HEN", by="quarter")
    of_sites = [
        kpi
        for kpi in indicators.load().values()
        if kpi.wording.tier == "core" and "site" in kpi.population.smallest_period
    ]
    assert f"3 of {len(of_sites)} core indicators measured" in words(at)
    assert "3 not reliable" in words(at)


def test_without_doubt_the_overview_leads_nowhere(real):
    at = visitor()
    assert "not reliable" not in words(at)
    assert not at.get("page_link")


def test_the_imports_page_says_what_is_missing_and_what_to_look_at(with_holes):
    at = visitor(IMPORTS)
    assert "Hendon: calls for May 2003 have not arrived." in words(at)
    headers = [header.value for header in at.header]
    assert headers[:3] == ["Import a file", "What has arrived", "What to look at"]
    grid, found = drawn(at)
    (calls,) = [one for one in grid["sources"] if one["line"]["name"] == "Calls"]
    assert calls["senders"][0]["says"] == "31 of 91 days missing"
    (group,) = found["groups"]
    assert [row["export"] for row in group["rows"]] == ["Finance"]


def test_the_imports_page_says_that_nothing_was_found(real):
    at = visitor(IMPORTS)
    assert "No day is missing" in words(at)
    assert "Nothing was found" in words(at)
    assert len(drawn(at)) == 1


def drawn(at: AppTest) -> list[dict]:
    """The contents of the tables of our own."""
    found = [json.loads(one.proto.json) for one in at.get("bidi_component")]
    return [one for one in found if "palette" in one]


def test_what_was_never_imported_is_not_taken_for_unpublished(data_dir):
    bring(data_dir, "incidents", [incident(is_in_time=True)])
    pipeline.build(data_dir)
    at = visitor(INDICATOR, kpi="cust_public_confidence")
    assert "No export of published figures" in words(at)


def test_an_unmeasured_indicator_has_no_figure(real):
    at = visitor(INDICATOR, kpi="ops_999_answered_in_target")
    assert not at.metric
    assert not at.get("plotly_chart")
    assert [header.value for header in at.header] == ["Definition"]
    assert "not measured" in words(at)


def test_a_published_figure_stands_for_its_own_period(real):
    at = visitor(INDICATOR, kpi="cust_public_confidence")
    assert at.metric[0].value == "56\u202f%"
    assert at.metric[0].label == r"MPS\, October to December 2003"
    assert "taken as published" in words(at)
    assert "Shown by quarter" in words(at)


def test_a_new_build_shows_at_the_next_run(real):
    at = visitor(INDICATOR, kpi=ATTENDED)
    missed = incident(is_in_time=False)
    more = [missed | {"incident_ref": f"late-{number}"} for number in range(60)]
    bring(real, "incidents", more)
    assert checked(at.run()).metric[0].value == "75\u202f%"
    pipeline.build(real)
    assert checked(at.run()).metric[0].value == "50\u202f%"


def test_the_imports_page_runs_over_real_data(real):
    at = visitor(IMPORTS)
    assert "Real data is shown." in words(at)
    assert "Covers 1 February 2004 to 29 February 2004." in words(at)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_an_address_only_this_machine_reaches_is_local(address):
    assert local_only.is_local(address)


@pytest.mark.parametrize(
    "address", [None, "", "0.0.0.0", "::", "10.0.0.7", "a.example"]
)
def test_an_address_that_others_reach_is_not_local(address):
    assert not local_only.is_local(address)


@pytest.fixture
def everybody_can_reach():
    before = config.get_option("server.address")
    config.set_option("server.address", "0.0.0.0")
    yield
    config.set_option("server.address", before)


def test_where_others_reach_the_server_nothing_is_shown(
    demo, monkeypatch, everybody_can_reach
):
    monkeypatch.setenv("DEMAND_DATA_DIR", str(demo))
    at = visitor()
    assert at.title[0].value == "Not shown on this address"
    (error,) = at.error
    assert "0.0.0.0" in error.value
    assert "without `--server.address`" in error.value
    assert len(at.main) == 2


def test_every_markdown_sign_is_shown_as_text():
    assert markdown.plain("Kensington & Chelsea") == r"Kensington \& Chelsea"
    escaped = markdown.plain(string.punctuation)
    assert escaped[::2] == "\\" * len(string.punctuation)
    assert escaped[1::2] == string.punctuation
    assert markdown.plain("one\r\n# two") == r"one \# two"
