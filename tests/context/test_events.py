"""Days that were not like others, on a chart and below it."""

from datetime import date

import pytest

from kpis.context import events
from tests.tables import Force

OWN = """
name | kind | valid_from | valid_to | bocu_code | source
Summer bank holiday | bank_holiday | 2003-08-25 | 2003-08-25 | - | known
Carnival | carnival | 2003-08-24 | 2003-08-25 | BS | known
State visit | state_visit | 2003-11-19 | 2003-11-21 | - | public record
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("home"))
    force.add_reference("calendar_event", OWN)
    force.receives(
        "incidents",
        "incident_ref | created_at\n1 | 2003-08-25T10:00:00+01:00",
        covers="2003-08",
    )
    with force.build() as opened:
        yield opened


@pytest.mark.parametrize(
    ("area", "by", "names"),
    [
        ("BS", "month", ["Carnival", "State visit"]),
        ("QK", "month", ["State visit"]),
        # in a month of the whole force one borough's two days are lost
        ("MPS", "month", ["State visit"]),
        ("MPS", "week", ["Carnival", "State visit"]),
        ("BS", "quarter", []),
    ],
)
def test_an_event_is_shown_where_it_may_explain_a_point(build, area, by, names):
    assert [event.name for event in events.of_area(build, area, by)] == names


def test_an_event_is_drawn_on_the_period_when_it_began(build):
    found = events.of_area(build, "BS", "month")
    starts = [date(2003, month, 1) for month in (7, 8, 9)]
    (mark,) = events.marks(found, starts, "month")
    assert (mark.start, mark.name) == (date(2003, 8, 1), "Carnival")
    weeks = [date(2003, 8, 18), date(2003, 8, 25)]
    (mark,) = events.marks(found, weeks, "week")
    assert mark.start == date(2003, 8, 18)


def test_an_event_is_given_with_its_days_and_source(build):
    found = events.of_area(build, "BS", "month")
    (said,) = events.notes(found, date(2003, 11, 20), date(2003, 12, 31))
    assert said == "19 to 21 November 2003: State visit. Source: public record."
    assert events.notes(found, date(2004, 1, 1), date(2004, 12, 31)) == []
