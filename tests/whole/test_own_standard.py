"""A borough's own standard decides, whatever the grade became."""

import pytest

from kpis import settings
from tests import tables

# Brent has two hours for a soon incident, Barnet has the force's one hour. An arrival
# after 90 minutes is between the two. In the second table immediate incidents became
# soon within their twelve minutes.
INCIDENTS = {
    "ops_significant_attended_in_target": """
bocu_code | created_at                | first_on_scene_at         | grade_first
QK        | 2003-06-05T10:00:00+01:00 | 2003-06-05T11:30:00+01:00 | S
SX        | 2003-06-05T10:00:00+01:00 | 2003-06-05T11:30:00+01:00 | S
""",
    "cust_delay_callback_rate": """
bocu_code | created_at                | first_on_scene_at         | grade_at_target
QK        | 2003-06-05T10:00:00+01:00 | 2003-06-05T11:30:00+01:00 | S
QK        | 2003-06-05T10:00:00+01:00 | 2003-06-05T12:30:00+01:00 | S
SX        | 2003-06-05T10:00:00+01:00 | 2003-06-05T11:30:00+01:00 | S
SX        | 2003-06-05T10:00:00+01:00 | 2003-06-05T12:30:00+01:00 | S
""",
}


@pytest.mark.parametrize(
    ("kpi_id", "side", "expected"),
    [
        ("ops_significant_attended_in_target", "numerator", [1, 0]),
        ("cust_delay_callback_rate", "denominator", [1, 2]),
    ],
)
def test_a_boroughs_own_standard_decides(tmp_path, kpi_id, side, expected):
    force = tables.Force(tmp_path)
    shipped = (settings.REFERENCE / "standards.csv").read_text(encoding="utf-8")
    own = tmp_path / "reference" / "standards.csv"
    own.parent.mkdir()
    own.write_text(f"{shipped}grade:S,QK,7200,,,local,a test\n", encoding="utf-8")
    force.receives("incidents", INCIDENTS[kpi_id])
    with force.build() as one:
        found = [tables.cell(one, kpi_id, area, "2003-06") for area in ("QK", "SX")]
    assert [cell[side] for cell in found] == expected
