"""Cases on both sides of every finding in calls and incidents, drawn as tables.

Times are local, and ids are filled in where a case leaves them out. All rows that trip
a finding go into one force and all that just pass into another, so each case keeps to
its own boroughs, sites and days.
"""

from typing import NamedTuple

from tests.tables import read

Rows = list[dict[str, str]]


class Case(NamedTuple):
    """Rows by source that trip a finding, rows that just do not, and what is found.

    `found` has area, first day, last day, number of rows and the example's id.
    """

    trips: dict[str, Rows]
    found: list[tuple]
    passes: dict[str, Rows]


def every_minute(count: int, start: str, **row: str) -> Rows:
    """Calls a minute apart; `start` ends in the tens of the hour: "2003-05-05T1"."""
    return [
        {"offered_at": f"{start}{minute // 60}:{minute % 60:02}:00", **row}
        for minute in range(count)
    ]


ARRIVALS = "times | created_at | first_on_scene_at | bocu_code\n"
DOWNGRADES = (
    "times | created_at | regraded_at | grade_final | bocu_code | first_on_scene_at\n"
)
HEAD = "call_id | offered_at | disposition | incident_ref | bocu_code\n"
CREATED = "incident_ref | created_at | origin | bocu_code\n"
MERGED = "incident_ref | created_at | origin | duplicate_of | bocu_code\n"
LEGS = "call_id | offered_at | answered_at | stage | parent_call_id\n"
CALLERS = "call_id | offered_at | caller_hash | stage | call_site_code\n"
ONE, TWO, THREE, FOUR = "1" * 16, "2" * 16, "3" * 16, "4" * 16


def pairs(borough: str, day: str, *created: str) -> dict[str, Rows]:
    """Incidents created at the given times, each by a call offered at 11:00."""
    refs = [f"{borough}{day}-{number}" for number in range(len(created))]
    return {
        "incidents": [
            {"incident_ref": ref, "created_at": f"{day}T{clock}", "bocu_code": borough}
            for ref, clock in zip(refs, created, strict=True)
        ],
        "calls": [
            {
                "call_id": ref,
                "offered_at": f"{day}T11:00",
                "disposition": "incident_created",
                "incident_ref": ref,
                "bocu_code": borough,
            }
            for ref in refs
        ],
    }


def both(*cases: dict[str, Rows]) -> dict[str, Rows]:
    """The rows of several cases."""
    sources = dict.fromkeys(source for case in cases for source in case)
    return {
        source: [row for case in cases for row in case.get(source, [])]
        for source in sources
    }


CASES = {
    "arrivals_heaped_at_the_standard": Case(
        {
            "incidents": read(
                ARRIVALS
                + """
                7   | 2003-05-05T10:00 | 2003-05-05T10:12 | BS
                4   | 2003-05-05T10:00 | 2003-05-05T10:13 | BS
                128 | 2003-05-05T10:00 | 2003-05-05T10:05 | BS
                """
            )
        },
        [("BS", "2003-05-05", "2003-05-05", 7, "arrivals_heaped_at_the_standard-1")],
        {
            "incidents": read(
                ARRIVALS
                + """
                6   | 2003-05-05T10:00:00 | 2003-05-05T10:12:00 | BS
                7   | 2003-05-05T10:00:00 | 2003-05-05T10:11:59 | CW
                7   | 2003-05-05T10:00:00 | 2003-05-05T10:12:00 | EK
                3   | 2003-05-05T10:00:00 | 2003-05-05T10:11:00 | EK
                2   | 2003-05-05T10:00:00 | 2003-05-05T10:13:00 | EK
                7   | 2003-05-05T10:00:00 | 2003-05-05T10:12:00 | FH
                133 | 2003-05-05T10:00:00 | 2003-05-05T10:05:00 | FH
                """
            )
        },
    ),
    "call_exported_twice": Case(
        {
            "calls": read(
                CALLERS
                + f"""
                twin-1  | 2003-05-05T10:00:00 | {ONE} | primary | BOW
                twin-2  | 2003-05-05T10:00:02 | {ONE} | primary | BOW
                leg     | 2003-05-05T10:00:02 | {ONE} | secondary | BOW
                night-1 | 2003-03-31T23:59:59 | {TWO} | primary | HEN
                night-2 | 2003-04-01T00:00:01 | {TWO} | primary | HEN
                """
            )
        },
        [
            ("BOW", "2003-05-05", "2003-05-05", 1, "twin-2"),
            ("HEN", "2003-04-01", "2003-04-01", 1, "night-2"),
        ],
        {
            "calls": read(
                CALLERS
                + f"""
                slow-1  | 2003-05-05T10:00:00 | {ONE}   | primary   | BOW
                slow-2  | 2003-05-05T10:00:03 | {ONE}   | primary   | BOW
                next    | 2003-05-05T10:00:04 | {ONE}   | secondary | BOW
                back    | 2003-05-05T10:00:06 | {ONE}   | primary   | BOW
                another | 2003-05-05T10:00:03 | {THREE} | primary   | BOW
                quiet-1 | 2003-05-05T10:00:00 | -       | primary   | BOW
                quiet-2 | 2003-05-05T10:00:00 | -       | primary   | BOW
                """
            ),
        },
    ),
    "call_without_its_incident": Case(
        {
            "calls": read(
                HEAD
                + """
                no-new  | 2003-05-05T10:00 | incident_created | nowhere-1 | GD
                no-old  | 2003-06-05T10:00 | linked_incident  | nowhere-2 | GD
                too-old | 2003-04-01T10:00 | linked_incident  | february  | HT
                """
            ),
            "incidents": read(
                CREATED
                + """
                there    | 2003-05-05T09:00 | police | GD
                february | 2003-02-28T10:00 | police | HT
                march    | 2003-03-01T10:00 | police | HT
                """
            ),
        },
        [
            ("GD", "2003-05-05", "2003-06-05", 2, "no-new"),
            ("HT", "2003-04-01", "2003-04-01", 1, "too-old"),
        ],
        {
            "calls": read(
                HEAD
                + """
                early   | 2003-05-04T10:00 | incident_created | nowhere-1 | GD
                soon    | 2003-06-04T10:00 | linked_incident  | nowhere-2 | GD
                other   | 2003-05-05T10:00 | incident_created | nowhere-3 | RY
                right   | 2003-05-05T10:00 | linked_incident  | there     | GD
                not-too | 2003-04-01T10:00 | linked_incident  | march     | HT
                """
            ),
            "incidents": read(
                CREATED
                + """
                there | 2003-05-05T09:00 | police | GD
                march | 2003-03-01T10:00 | police | HT
                """
            ),
        },
    ),
    "created_an_hour_before_the_call": Case(
        pairs("TX", "2003-05-05", *["10:00:30"] * 4, "09:59", "10:10", *["11:01"] * 5),
        [("TX", "2003-05-05", "2003-05-05", 6, "TX2003-05-05-0")],
        both(
            # half of them, less than ten, and too near or too far
            pairs("TX", "2003-05-05", *["10:00:30"] * 5, *["11:01"] * 5),
            pairs("ZD", "2003-05-05", *["10:00:30"] * 9),
            pairs("JC", "2003-05-05", *["10:10:01"] * 10),
            pairs("YR", "2003-05-05", *["09:58:59"] * 10),
        ),
    ),
    "cut_over_inside_a_month": Case(
        {"calls": read("call_id | offered_at\nmove | 2003-06-18T10:00")},
        [("SX", "2003-06-18", "2003-06-18", 1, None)],
        {
            "calls": read(
                """
                call_id | offered_at
                before  | 2003-06-17T10:00
                first   | 2003-07-01T10:00
                new     | 2003-07-09T10:00
                """
            )
        },
    ),
    "downgraded_after_the_standard": Case(
        {
            "incidents": read(
                DOWNGRADES
                + """
                5  | 2003-05-05T10:00 | 2003-05-05T10:15 | S | JI | -
                94 | 2003-05-05T10:00 | -                | I | JI | 2003-05-05T10:09
                """
            )
        },
        [("JI", "2003-05-05", "2003-05-05", 5, "downgraded_after_the_standard-1")],
        {
            "incidents": read(
                DOWNGRADES
                + """
                4  | 2003-05-05T10:00 | 2003-05-05T10:15    | S | KD | 2003-05-05T10:25
                5  | 2003-05-05T10:00 | 2003-05-05T10:15    | S | JI | -
                95 | 2003-05-05T10:00 | -                   | I | JI | 2003-05-05T10:09
                5  | 2003-05-05T10:00 | 2003-05-05T10:12    | S | KF | 2003-05-05T10:25
                5  | 2003-05-05T10:00 | 2003-05-05T10:15:01 | S | KG | 2003-05-05T10:25
                5  | 2003-05-05T10:00 | 2003-05-05T10:14    | I | LX | 2003-05-05T10:25
                """
            )
        },
    ),
    "duplicate_of_a_duplicate": Case(
        {
            "incidents": read(
                MERGED
                + """
                chain-1 | 2003-05-05T10:00 | police | chain-2 | NI
                chain-2 | 2003-05-05T10:00 | police | chain-3 | NI
                chain-3 | 2003-05-05T10:00 | police | -       | NI
                nobody  | 2003-05-06T10:00 | police | missing | NI
                eighth  | 2003-04-01T10:00 | police | old-dup | NI
                ninth   | 2003-03-31T10:00 | police | -       | NI
                old-dup | 2003-03-24T10:00 | police | -       | NI
                """
            )
        },
        [
            ("NI", "2003-04-01", "2003-05-06", 3, "chain-1"),
        ],
        {
            "incidents": read(
                MERGED
                + """
                twin   | 2003-05-05T10:00 | police | kept    | NI
                kept   | 2003-05-05T10:00 | police | -       | NI
                unsure | 2003-05-07T10:00 | police | missing | NI
                eighth | 2003-04-01T10:00 | police | old     | NI
                ninth  | 2003-03-31T10:00 | police | -       | NI
                old    | 2003-03-25T10:00 | police | -       | NI
                """
            )
        },
    ),
    "incident_created_twice": Case(
        {
            "incidents": read(
                CREATED
                + """
                twice | 2003-05-05T10:00 | public | PL
                april | 2003-04-01T00:01 | public | PL
                """
            ),
            "calls": read(
                HEAD
                + """
                mother-1 | 2003-05-05T10:00 | incident_created | twice | PL
                mother-2 | 2003-05-05T10:01 | incident_created | twice | PL
                march-1  | 2003-03-31T23:58 | incident_created | april | PL
                march-2  | 2003-03-31T23:59 | incident_created | april | PL
                """
            ),
        },
        [("PL", "2003-04-01", "2003-05-05", 2, "april")],
        {
            "incidents": read(f"{CREATED}once | 2003-05-05T10:00 | public | PL"),
            "calls": read(
                HEAD
                + """
                mother | 2003-05-05T10:00 | incident_created | once | PL
                aunt   | 2003-05-05T10:01 | linked_incident  | once | PL
                """
            ),
        },
    ),
    "incident_without_its_call": Case(
        {
            "incidents": read(
                CREATED
                + """
                orphan   | 2003-05-05T00:10 | public        | PY
                linked   | 2003-05-05T10:00 | alarm_company | PY
                midnight | 2003-05-06T00:09 | public        | PY
                """
            ),
            "calls": read(
                HEAD
                + """
                advice   | 2003-05-05T10:00 | advice_given    | -      | PY
                link     | 2003-05-05T10:00 | linked_incident | linked | PY
                tomorrow | 2003-05-06T10:00 | advice_given    | -      | PY
                """
            ),
        },
        [("PY", "2003-05-05", "2003-05-06", 3, "linked")],
        {
            "incidents": read(
                CREATED
                + """
                midnight | 2003-10-05T00:09 | public | PY
                own      | 2003-05-05T10:00 | police | PY
                april    | 2003-04-01T00:15 | public | PL
                born     | 2003-05-05T10:00 | public | PY
                no-calls | 2003-05-09T10:00 | public | PY
                no-words | 2003-05-05T10:00 | public | QA
                elsewhere | 2003-05-05T10:00 | public | RG
                """
            ),
            "calls": read(
                HEAD
                + """
                advice | 2003-05-05T10:00 | advice_given     | -    | PY
                bears  | 2003-05-05T10:00 | incident_created | born | PY
                silent | 2003-05-05T10:00 | -                | -    | QA
                march  | 2003-03-31T23:50 | incident_created | april | PL
                april  | 2003-04-01T10:00 | advice_given     | -    | PL
                dawn   | 2003-10-05T10:00 | advice_given     | -    | PY
                """
            ),
        },
    ),
    "no_arrival_times": Case(
        {
            "incidents": read(
                ARRIVALS
                + """
                1 | 2003-09-07T10:00 | 2003-09-07T10:09 | VK
                4 | 2003-09-08T10:00 | -                | VK
                4 | 2003-09-13T10:00 | -                | VK
                1 | 2003-09-15T10:00 | 2003-09-15T10:09 | VK
                4 | 2003-03-28T10:00 | -                | TW
                4 | 2003-04-02T10:00 | -                | TW
                """
            )
        },
        [
            ("TW", "2003-03-28", "2003-04-02", 2, None),
            ("VK", "2003-09-08", "2003-09-13", 2, None),
        ],
        {
            "incidents": read(
                ARRIVALS
                + """
                3 | 2003-09-08T10:00 | -                | VK
                4 | 2003-09-13T10:00 | -                | VK
                4 | 2003-09-08T10:00 | -                | VW
                4 | 2003-09-12T10:00 | -                | VW
                8 | 2003-09-08T10:00 | -                | WW
                1 | 2003-09-10T10:00 | 2003-09-10T10:09 | WW
                8 | 2003-09-13T10:00 | -                | WW
                """
            )
        },
    ),
    "one_caller_many_calls": Case(
        {"calls": every_minute(50, "2003-08-05T1", caller_hash=FOUR, bocu_code="XB")},
        [("XB", "2003-08-05", "2003-08-05", 50, "one_caller_many_calls-1")],
        {
            "calls": [
                *every_minute(49, "2003-08-05T1", caller_hash=FOUR, bocu_code="XB"),
                *every_minute(9, "2003-09-05T1", caller_hash=FOUR, bocu_code="XB"),
                *every_minute(60, "2003-08-05T1", bocu_code="XB"),
                *every_minute(
                    60, "2003-08-05T1", caller_hash=ONE, origin="alarm_company"
                ),
            ]
        },
    ),
    "second_leg_without_its_first": Case(
        {
            "calls": read(
                LEGS
                + """
                parent | 2003-05-05T10:00:00 | 2003-05-05T10:00:09 | primary   | -
                hasty  | 2003-05-05T10:00:08 | -                   | secondary | parent
                orphan | 2003-05-05T00:10:00 | -                   | secondary | missing
                """
            )
        },
        [("IR", "2003-05-05", "2003-05-05", 2, "hasty")],
        {
            "calls": read(
                LEGS
                + """
                parent | 2003-05-05T10:00:00 | 2003-05-05T10:00:09 | primary   | -
                eve    | 2003-03-31T23:59:00 | 2003-03-31T23:59:09 | primary   | -
                late   | 2003-04-01T00:15:00 | -                   | secondary | eve
                prompt | 2003-05-05T10:00:09 | -                   | secondary | parent
                night  | 2003-10-12T00:09:59 | -                   | secondary | missing
                """
            )
        },
    ),
}
