"""Cases of findings in visits, surveys and returns, and their reference tables."""

from tests.finding_cases import CREATED, Case
from tests.tables import read

MONEY = "month | unit_code | actual\n"
STAFF = "month | unit_code | headcount | joiners | leavers\n"
ANSWERS = (
    "response_id | survey_code | interview_date | question_code | answer_code "
    "| bocu_code\n"
)
SCALES = (
    "response_id | wave | interview_date | question_code | answer_code | scale_code\n"
)
WEIGHTS = "response_id | wave | interview_date | question_code | answer_code | weight\n"
RETURNS = "month | channel | bocu_code | contacts\n"
VISITS = "visit_id | arrived_at | facility_code\n"
VISITED = "visit_id | arrived_at | facility_code | outcome | incident_ref\n"


def amounts(unit: str, *pounds: float, year: int = 2003) -> str:
    """Lines with an amount for each month from April on."""
    return "\n".join(
        f"{year}-{month:02} | {unit} | {pound}" for month, pound in enumerate(pounds, 4)
    )


def weights(wave: str, *values: float) -> str:
    """Lines with a respondent for each weight, all in one wave."""
    return "\n".join(
        f"{wave}{number} | {wave} | 2003-07-05 | pas_patrol | 1 | {value}"
        for number, value in enumerate(values)
    )


def answers(wave: str, scale: str, count: int) -> str:
    """Lines with `count` respondents on a scale."""
    return "\n".join(
        f"{scale}{number} | {wave} | 2003-12-05 | uss_arrival_time | 1 | {scale}"
        for number in range(count)
    )


CASES = {
    "amount_a_thousand_times_off": Case(
        {
            "finance_monthly": [
                *read(MONEY + amounts("IR", 200_000, 200_000, 200_000, 999.99)),
                # what was usual in the year before is still usual
                *read(MONEY + amounts("HEN", 9_000, 9_000, 9_000)),
                *read(f"{MONEY}2004-04 | HEN | 9"),
                *read(MONEY + amounts("-", 1_000, 1_000, 1_000, 1_000, 200_000.01)),
            ]
        },
        [
            ("HEN", "2004-04-01", "2004-04-30", 1, "amount_a_thousand_times_off-8"),
            ("IR", "2003-07-01", "2003-07-31", 1, "amount_a_thousand_times_off-4"),
            ("MPS", "2003-08-01", "2003-08-31", 1, "amount_a_thousand_times_off-13"),
        ],
        {
            "finance_monthly": [
                # two entries of a month are judged together
                *read(MONEY + amounts("IR", 200_000, 200_000, 200_000, 400)),
                *read(f"{MONEY}2003-07 | IR | 600"),
                # three months say nothing about what is usual
                *read(MONEY + amounts("TOC1", 200_000, 200_000, 200)),
                *read(MONEY + amounts("TOC2", 9_000, 9_000, 9_000, 9_000)),
                *read(
                    """
                    month   | unit_code | actual | period
                    2004-03 | TOC2      | 1      | 13
                    """
                ),
            ]
        },
    ),
    "more_leavers_than_staff": Case(
        {
            "workforce_monthly": read(
                STAFF
                + """
                2003-05 | LX | 10 | 0 | 0
                2003-06 | LX | 5  | 2 | 13
                2003-03 | MD | 10 | 0 | 0
                2003-04 | MD | 5  | 0 | 11
                """
            )
        },
        [
            ("LX", "2003-06-01", "2003-06-30", 1, "2003-06/LX/response_officer"),
            ("MD", "2003-04-01", "2003-04-30", 1, "2003-04/MD/response_officer"),
        ],
        {
            "workforce_monthly": read(
                STAFF
                + """
                2003-05 | LX | 10 | 0 | 0
                2003-06 | LX | 5  | 2 | 12
                2003-04 | MD | 10 | 0 | 0
                2003-06 | MD | 5  | 2 | 13
                """
            )
        },
    ),
    "channel_without_its_number": Case(
        {
            "contacts_other_monthly": read(
                RETURNS
                + """
                2003-05 | email  | QK  | 4
                2003-05 | online | SX  | 4
                2003-06 | email  | QK  | -
                2003-06 | online | MPS | -
                2003-07 | email  | QK  | 4
                """
            )
        },
        [
            ("", "2003-07-01", "2003-07-31", 1, None),
            ("MPS", "2003-06-01", "2003-06-30", 1, "2003-06/online/MPS"),
            ("QK", "2003-06-01", "2003-06-30", 1, "2003-06/email/QK"),
        ],
        {
            "contacts_other_monthly": read(
                RETURNS
                + """
                2003-05 | email  | QK  | 4
                2003-05 | email  | SX  | 4
                2003-06 | email  | QK  | 0
                2003-07 | online | QK  | 4
                2003-07 | email  | MPS | 4
                """
            )
        },
    ),
    "survey_answer_not_on_its_scale": Case(
        {
            "survey_responses": read(
                f"{ANSWERS}six | USS | 2003-08-05 | uss_overall | 6 | QK"
            )
        },
        [("QK", "2003-08-05", "2003-08-05", 1, "USS/2003-Q3/six/uss_overall")],
        {
            "survey_responses": read(
                ANSWERS
                + """
                five   | USS | 2003-08-05 | uss_overall | 5  | QK
                one    | USS | 2003-08-05 | uss_overall | 1  | QK
                refuse | USS | 2003-08-05 | uss_overall | 97 | QK
                none   | USS | 2003-08-05 | uss_overall | -  | QK
                """
            )
        },
    ),
    "survey_weights_out_of_range": Case(
        {
            "survey_responses": [
                *read(WEIGHTS + weights("light", 0.79, 0.79)),
                *read(WEIGHTS + weights("heavy", 1.26, 1.26)),
                *read(WEIGHTS + weights("wide", 0.1, 2.5, 0.4)),
            ]
        },
        [("", "2003-07-05", "2003-07-05", 7, "USS/heavy/heavy0/pas_patrol")],
        {
            "survey_responses": [
                *read(WEIGHTS + weights("light", 0.8, 0.8)),
                *read(WEIGHTS + weights("heavy", 1.25, 1.25)),
                *read(WEIGHTS + weights("narrow", 0.1, 2.49, 0.41)),
                # a respondent with many answers counts once
                *read(
                    WEIGHTS
                    + """
                    much | chatty | 2003-07-05 | uss_overall | 1 | 2
                    much | chatty | 2003-07-05 | uss_action  | 1 | 2
                    less | chatty | 2003-07-05 | uss_overall | 1 | 0.4
                    """
                ),
            ]
        },
    ),
    "survey_with_two_scales": Case(
        {
            "survey_responses": read(
                SCALES
                + """
                a | mixed  | 2003-11-28 | uss_action  | 1 | satisfaction_5
                b | mixed  | 2003-12-05 | uss_action  | 1 | satisfaction_4
                a | wrong  | 2004-01-05 | uss_action  | 1 | satisfaction_7
                b | wrong  | 2004-02-05 | uss_action  | 1 | satisfaction_7
                a | change | 2004-03-31 | uss_overall | 1 | -
                b | change | 2004-04-01 | uss_overall | 1 | -
                """
                + answers("mixed", "satisfaction_4", 1)
                + "\n"
                + answers("mixed", "satisfaction_5", 9)
            )
        },
        [
            ("", "2003-11-28", "2004-04-01", 16, "USS/change/a/uss_overall"),
        ],
        {
            "survey_responses": read(
                SCALES
                + """
                a | stated | 2003-11-28 | uss_action  | 1 | satisfaction_5
                b | stated | 2003-12-05 | uss_action  | 1 | -
                a | before | 2004-03-31 | uss_overall | 1 | -
                a | after  | 2004-04-01 | uss_overall | 1 | satisfaction_7
                """
            )
        },
    ),
    "visit_outside_opening_hours": Case(
        {
            "front_counter_visits": read(
                VISITS
                + """
                early   | 2003-05-06T08:44 | DAY
                late    | 2003-05-06T17:16 | DAY
                sunday  | 2003-05-11T12:00 | DAY
                holiday | 2003-05-05T12:16 | DAY
                feast   | 2003-05-08T12:00 | LOCAL
                friday  | 2003-05-09T01:00 | NIGHT
                night   | 2003-05-10T02:16 | NIGHT
                after   | 2003-05-11T00:16 | NIGHT
                monday  | 2003-05-12T23:44 | NIGHT
                round   | 2003-05-13T08:16 | ROUND
                since   | 2003-06-02T18:00 | SINCE
                """
            )
        },
        [
            ("DAY", "2003-05-05", "2003-05-11", 4, "early"),
            ("LOCAL", "2003-05-08", "2003-05-08", 1, "feast"),
            ("NIGHT", "2003-05-09", "2003-05-12", 4, "after"),
            ("ROUND", "2003-05-13", "2003-05-13", 1, "round"),
            ("SINCE", "2003-06-02", "2003-06-02", 1, "since"),
        ],
        {
            "front_counter_visits": read(
                VISITS
                + """
                early   | 2003-05-06T08:45    | DAY
                late    | 2003-05-06T17:15:59 | DAY
                open    | 2003-05-05T09:45    | DAY
                close   | 2003-05-05T12:15    | DAY
                feast   | 2003-05-08T15:00    | DAY
                friday  | 2003-05-09T17:45    | NIGHT
                night   | 2003-05-10T02:15    | NIGHT
                evening | 2003-05-10T23:59    | NIGHT
                after   | 2003-05-11T00:15    | NIGHT
                monday  | 2003-05-12T23:45    | NIGHT
                round-1 | 2003-05-12T23:00    | ROUND
                round-2 | 2003-05-13T08:15    | ROUND
                since   | 2003-04-28T03:00    | SINCE
                any     | 2003-05-12T03:00    | ANY
                """
            )
        },
    ),
    "visit_without_its_incident": Case(
        {
            "front_counter_visits": read(
                VISITED
                + """
                no-new | 2003-05-05T10:00 | ANY | incident_created | nowhere-1
                no-old | 2003-06-05T10:00 | ANY | dealt_with       | nowhere-2
                march  | 2003-04-01T10:00 | ANY | dealt_with       | nowhere-4
                """
            ),
            "incidents": read(
                CREATED
                + """
                counter | 2003-05-05T09:00 | police | XH
                window  | 2003-03-01T09:00 | police | XH
                """
            ),
        },
        [("ANY", "2003-04-01", "2003-06-05", 3, "march")],
        {
            "front_counter_visits": read(
                VISITED
                + """
                ahead | 2003-05-04T10:00 | ANY | incident_created | nowhere-1
                soon  | 2003-06-04T10:00 | ANY | dealt_with       | nowhere-2
                other | 2003-05-05T10:00 | DAY | incident_created | nowhere-3
                right | 2003-05-05T10:00 | ANY | dealt_with       | counter
                """
            ),
            "incidents": read(f"{CREATED}counter | 2003-05-05T09:00 | police | XH"),
        },
    ),
}
# the force's own reference tables
REFERENCE = {
    "facility": """
        facility_code | facility_type  | name  | bocu_code | has_front_counter
        DAY           | police_station | Day   | QK        | true
        LOCAL         | police_station | Local | SX        | true
        NIGHT         | police_station | Night | SX        | true
        ROUND         | police_station | Round | QK        | true
        SINCE         | police_station | Since | QK        | true
        ANY           | police_station | Any   | XH        | true
    """,
    # 1 Monday to 7 Sunday, 8 bank holiday
    "facility_opening_hours": """
        facility_code | weekday | opens | closes | valid_from | valid_to
        DAY           | 1       | 09:00 | 17:00  | - | -
        DAY           | 2       | 09:00 | 17:00  | - | -
        DAY           | 4       | 09:00 | 17:00  | - | -
        DAY           | 8       | 10:00 | 12:00  | - | -
        LOCAL         | 4       | 09:00 | 17:00  | - | -
        NIGHT         | 2       | 00:00 | 06:00  | - | -
        NIGHT         | 5       | 18:00 | 02:00  | - | -
        NIGHT         | 6       | 18:00 | 24:00  | - | -
        ROUND         | 1       | 08:00 | 08:00  | - | -
        SINCE         | 1       | 09:00 | 17:00  | 2003-06-01 | -
        SINCE         | 1       | 18:00 | 20:00  | 2003-05-01 | 2003-05-31
    """,
    "calendar_event": """
        name  | kind         | valid_from | valid_to   | bocu_code
        May   | bank_holiday | 2003-05-05 | 2003-05-05 | -
        Feast | bank_holiday | 2003-05-08 | 2003-05-08 | SX
    """,
    "bocu_call_site": """
        bocu_code | function       | call_site_code | valid_from | valid_to   | status
        SX        | call_answering | IR             | -          | 2003-06-17 | local
        SX        | call_answering | HEN            | 2003-06-18 | -          | local
        QK        | call_answering | IR             | -          | 2003-06-30 | local
        QK        | call_answering | HEN            | 2003-07-01 | -          | local
        TX        | call_answering | HEN            | 2003-07-09 | -          | local
        YE        | call_answering | IR             | -          | -          | local
        YE        | call_answering | HEN            | 2003-07-09 | -          | local
        TW        | despatch       | IR             | -          | 2003-07-08 | local
        TW        | despatch       | HEN            | 2003-07-09 | -          | local
        WW        | call_answering | IR             | -          | 2003-08-19 | local
        WW        | call_answering | HEN            | 2003-08-20 | -          | local
    """,
}
