"""The interval of weighted answers is that of the cases they are worth."""

import pytest
from scipy.stats import norm

from tests.tables import Force, cell

KPI, WAIT = "cust_overall_satisfaction", "cust_front_counter_wait_in_target"
ANSWERS = """
    times | bocu_code | answer_code | weight | design_effect
    60    | QK        | 1           | 1      | 1.6
    60    | QK        | 4           | 1      | 1.6
    40    | SX        | 1           | 3      | 1.1
    80    | SX        | 4           | 0.5    | 1.1
    30    | TX        | 1           | 1      | -
    90    | TX        | 4           | 1      | -
"""
VISITS = """
    times | arrived_at           | service_started_at   | recorded_by  | grossing_factor
    40    | 2003-05-06T09:00:00Z | 2003-05-06T09:01:00Z | clerk_log    | -
    20    | 2003-05-06T09:00:00Z | 2003-05-06T09:59:00Z | sample_count | 4
"""
STANDARDS = """
    applies_to | area | seconds | status
    counter    | MPS  | 900     | local
"""


def in_may(answers: str) -> str:
    header, *rows = answers.strip().splitlines()
    lines = [f"{row} | 2003-05-06 | rtc" for row in rows]
    return "\n".join([f"{header} | interview_date | respondent_group", *lines])


def wilson(share: float, cases: float) -> tuple[float, float]:
    z = norm.ppf(0.975)
    reach = z * (share * (1 - share) / cases + (z / cases) ** 2 / 4) ** 0.5
    centre = share + z**2 / (2 * cases)
    return tuple((centre + side) / (1 + z**2 / cases) for side in (-reach, reach))


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    force = Force(tmp_path_factory.mktemp("weighted"))
    force.add_reference("standards", STANDARDS)
    force.receives("survey_responses", in_may(ANSWERS), covers="2003-04 to 2003-06")
    force.receives("front_counter_visits", VISITS)
    with force.build() as made:
        yield made


@pytest.mark.parametrize(
    ("area", "share", "cases"),
    [
        # equal weights: the survey's own design effect gives the loss
        ("QK", 1 / 2, 120 * 0.625),
        # unequal weights: 160 squared over 40 x 9 + 80 x 0.25, fewer than 120 / 1.1
        ("SX", 120 / 160, 160**2 / 380),
        # no design effect is known: every answer is a case
        ("TX", 1 / 4, 120),
    ],
)
def test_an_answer_is_worth_less_than_a_case(one, area, share, cases):
    found = cell(one, KPI, area, "2003-04 to 2003-06", "quarter")
    assert (found["n"], found["value"]) == (120, share)
    expected = wilson(share, cases)
    assert (found["lower"], found["upper"]) == pytest.approx(expected, rel=1e-12)


def test_a_sampled_row_weighs_more_and_is_one_case(one):
    found = cell(one, WAIT, "MPS", "2003-05")
    assert (found["n"], found["value"]) == (60, 40 / 120)
    expected = wilson(1 / 3, 120**2 / (40 + 20 * 16))
    assert (found["lower"], found["upper"]) == pytest.approx(expected, rel=1e-12)
