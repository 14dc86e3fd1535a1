"""Numbers that shape the demo force's calls and incidents: London, 2000 to 2010.

A published figure carries its source. A figure without a published source is marked
"assumption"; it was chosen so that the published ones come out. PPRC is the Planning,
Performance and Review Committee of the Metropolitan Police Authority.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MINUTE = 60
HOUR = 3600
DAY = 86400

FIRST_FINANCIAL_YEAR, LAST_FINANCIAL_YEAR = 2000, 2003
EXTRACTION_HOUR = 3

# Volumes of 2003/04 at scale 1. HMIC Managing Demand 2.2.5 has 2.5m calls a year;
# growth: PPRC 12 Feb 2004, report 15; the share of 999 is an assumption between the
# 42 % of June 2017 and the 55 % of 2024/25.
CALLS_A_YEAR = 2_500_000
GROWTH_A_YEAR = 1.03
EMERGENCY, NON_EMERGENCY = 0, 1
LINE_TYPES = ("emergency_999", "non_emergency")
LINE_SHARES = (0.45, 0.55)
# Calls about an incident that is already known, for each other call; they follow from
# the grades and disposals below and are taken off the arrivals (measured).
FURTHER_CALLS_PER_FIRST_CALL = (0.232, 0.115)

# Time profiles, percent of a day by local hour; assumptions shaped to the published
# demand profile (evening peak, Friday and Saturday nights) and to the monthly extremes
# 0.91 to 1.09 of PPRC 22 Apr 2004, report 6.
EMERGENCY_WEEKDAY = (
    (3.0, 2.3, 1.8, 1.5, 1.3, 1.3, 1.7, 2.7, 4.0, 4.5, 4.7, 4.9)
    + (5.0, 5.0, 5.2, 5.6, 5.8, 6.0, 6.3, 6.2, 6.0, 5.7, 5.2, 4.3)
)  # fmt: skip
EMERGENCY_FRIDAY = (
    (2.9, 2.2, 1.7, 1.4, 1.2, 1.2, 1.6, 2.6, 3.8, 4.3, 4.5, 4.7)
    + (4.8, 4.8, 4.9, 5.3, 5.5, 5.7, 6.0, 6.1, 6.2, 6.4, 6.5, 5.9)
)  # fmt: skip
EMERGENCY_SATURDAY = (
    (5.0, 4.1, 3.2, 2.6, 2.1, 1.6, 1.5, 1.8, 2.5, 3.0, 3.6, 4.0)
    + (4.3, 4.4, 4.6, 4.8, 5.0, 5.2, 5.7, 6.0, 6.2, 6.4, 6.4, 6.1)
)  # fmt: skip
EMERGENCY_SUNDAY = (
    (5.9, 4.9, 4.0, 3.0, 2.5, 1.9, 1.7, 2.0, 2.6, 3.2, 3.8, 4.3)
    + (4.7, 4.8, 4.9, 5.1, 5.3, 5.5, 5.7, 5.7, 5.5, 5.1, 4.5, 3.5)
)  # fmt: skip
NON_EMERGENCY_DAY = (
    (1.2, 0.9, 0.7, 0.6, 0.6, 0.7, 1.3, 3.1, 5.7, 7.4, 7.6, 7.4)
    + (6.8, 6.6, 6.7, 6.8, 6.8, 6.5, 5.7, 4.9, 4.1, 3.4, 2.6, 1.8)
)  # fmt: skip
# Monday first.
HOUR_PROFILES = (
    (EMERGENCY_WEEKDAY,) * 4 + (EMERGENCY_FRIDAY, EMERGENCY_SATURDAY, EMERGENCY_SUNDAY),
    (NON_EMERGENCY_DAY,) * 7,
)
WEEKDAY_INDEX = (
    (0.96, 0.95, 0.96, 0.98, 1.06, 1.08, 1.01),
    (1.08, 1.06, 1.05, 1.05, 1.06, 0.90, 0.80),
)
# January first.
MONTH_INDEX = (0.92, 0.94, 0.97, 0.99, 1.03, 1.06, 1.08, 1.05, 1.03, 1.02, 0.97, 0.94)

# Overdispersion: shapes of gamma multipliers with mean 1; assumptions.
HOUR_GAMMA_SHAPE = 40
DAY_GAMMA_SHAPE = 150
BOROUGH_DAY_GAMMA_SHAPE = 60
# Events; assumptions. New Year's Eve from 22:00 to 04:00.
NEW_YEAR_FACTOR = 2.2
CARNIVAL_FACTOR = 2.5
CARNIVAL_BOROUGH = "BS"
SHOCK_FACTOR = 3.0
SHOCK_HOURS = 3
SHOCKS_A_YEAR = (1, 2)

# Calls per resident against the force's mean, before rescaling; assumptions.
BOROUGH_FACTORS = {
    "CW": 2.6, "EK": 1.5, "LX": 1.35, "MD": 1.35, "GD": 1.35, "HT": 1.35, "NI": 1.35,
    "BS": 1.3, "KF": 1.2, "YR": 1.2, "TW": 0.7, "VK": 0.7, "ZT": 0.7, "RY": 0.7,
    "QA": 0.7,
}  # fmt: skip
INNER_FACTOR, OUTER_FACTOR = 1.1, 0.85

# 999 calls go to the Information Room; the three telephone operator centres share the
# other calls by the part of London (assumption: south, west, north and east).
EMERGENCY_SITE = "IR"
OPERATOR_SITES = {"LAM": "TOC1", "HEN": "TOC2", "BOW": "TOC3"}
# Slow share of each operator centre against all; assumptions.
SITE_SLOW_FACTORS = {
    "IR": 1.0, "TOC1": 1.0, "TOC2": 0.88, "TOC3": 1.12,
    "LAM": 1.0, "BOW": 1.0, "HEN": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Queue:
    """How one queue answers: pairs are the median in seconds and the log-normal sigma.

    `longest` is the wait in seconds at which the queue passes the call on;
    `load_cubed_mean` is the mean over calls of the cube of their hour's load.
    """

    quick: tuple[float, float]
    slow: tuple[float, float]
    patience: tuple[float, float]
    talk: tuple[float, float]
    longest: float
    load_cubed_mean: float


# 999: primary line for 120 s, secondary line to 150 s, then a local station (PSPM
# 9 Jan 2001, report 5). Shapes are assumptions that give the published levels below;
# with these medians of patience 2 % of 999 and 7.5 % of other calls are abandoned.
QUEUES = (
    Queue((5, 0.45), (16, 0.95), (230, 0.9), (120, 0.6), 150, 1.30),
    Queue((9, 0.6), (40, 1.0), (210, 1.1), (210, 0.8), 1800, 1.42),
)
# 999 answered within 15 s: 79.7 % Apr-Dec 2002, 84.9 % Apr-Dec 2003 (PPRC 12 Feb 2004,
# report 15). Slow parts of 38 and 28 % give these; they are a little greater here
# because early hang-ups leave the denominator and the slow part of the busiest hours
# stops at a limit. 86.4 % 2004/05, 85.1 % 2005/06 and 81.3 % 2006/07 (Hansard 21 Jul
# 2008) likewise, against more calls every year. The years before are taken to be like
# 2002/03, those after like 2003/04 (assumption).
SLOW_SHARES = (
    {2002: 0.402, 2003: 0.286, 2004: 0.248, 2005: 0.270, 2006: 0.335, 2007: 0.265},
    {2002: 0.45},
)
SLOWEST_HOUR = 0.95
# Staff follows the planned volume only in part, so that peaks hurt; assumption.
STAFF_ELASTICITY = 0.8
QUICK_HANG_UP_SHARE = 0.015
QUICK_HANG_UP_SECONDS = 5

TALK_LIMITS = (5, 2 * HOUR)
# Less than this between two calls of one caller would look like a double export.
DOUBLE_DIAL_SECONDS = 5

# What an answered call turns out to be; assumptions, except for hoaxes (1.04-1.09 %
# of 999 calls published for later years).
DISPOSITION_SHARES = (
    {
        "incident_created": 0.797,
        "crime_report_taken": 0.010,
        "advice_given": 0.025,
        "message_taken": 0.010,
        "referred_agency": 0.012,
        "silent_or_misdial": 0.108,
        "hoax": 0.013,
        "no_policing_purpose": 0.020,
        "other": 0.005,
    },
    {
        "incident_created": 0.574,
        "crime_report_taken": 0.020,
        "advice_given": 0.035,
        "message_taken": 0.020,
        "referred_agency": 0.013,
        "silent_or_misdial": 0.010,
        "no_policing_purpose": 0.318,
        "other": 0.010,
    },
)
REASONS = {
    "incident_created": "new_request",
    "crime_report_taken": "new_request",
    "advice_given": "new_request",
    "message_taken": "new_request",
    "referred_agency": "new_request",
    "no_policing_purpose": "general_enquiry",
    "other": "other",
}
# Handlers say so only of calls in which they could settle something; assumption.
RESOLVED_SHARES = {
    "crime_report_taken": 0.90,
    "advice_given": 0.90,
    "referred_agency": 0.50,
    "linked_incident": 0.30,
    "message_taken": 0.20,
    "incident_created": 0.05,
    "transferred_internal": 0.0,
}
WITHOUT_PLACE = ("silent_or_misdial", "hoax", "no_policing_purpose")
NOT_LOCATED_SHARE = 0.015
WITHHELD_SHARE = 0.15
ORIGIN_SHARES = (
    {"public": 0.95, "partner_agency": 0.05},
    {"public": 0.88, "partner_agency": 0.07, "alarm_company": 0.05},
)
# Calls from a caller of the last seven days; gives 14 % of requests with a repeat
# contact (assumption). The gap keeps one caller's calls apart.
REPEAT_SHARE = 0.157
REPEAT_WITHIN = 7 * DAY
REPEAT_GAP = 15 * MINUTE
REPEAT_ABOUT_INCIDENT_SHARE = 0.7
REPEAT_REASONS = {
    "progress_chase": 0.45,
    "additional_information": 0.25,
    "repeat_no_attendance": 0.20,
    "complaint": 0.10,
}
# Further callers about the same event (1.5 calls on an Immediate incident, 1.25 on all)
# and the share of them that is logged a second time by mistake; assumptions.
FURTHER_CALLERS = {"I": 0.47, "S": 0.17, "E": 0.17, "R": 0.17}
FURTHER_CALL_DELAY = 5 * MINUTE
BIG_EVENT_SHARE = 0.001
BIG_EVENT_CALLERS = (10, 60)
LOGGED_TWICE_SHARE = 0.10
LOGGING_DELAY = (40, 0.5)
# A second queue behind the operator: 60 % answered, as in the ring-rounds of 2003 and
# 2007; how many are put through is an assumption.
PUT_THROUGH = ("crime_report_taken", "advice_given", "message_taken")
PUT_THROUGH_SHARE = 0.35
SECOND_ANSWERED_SHARE = 0.60
SECOND_WAIT, SECOND_PATIENCE = (15, 0.8), (45, 0.6)
# Assumptions, all four.
EXPECTATION_GIVEN_SHARES = {"I": 0.55, "S": 0.65, "E": 0.75, "R": 0.80}
INTERPRETER_SHARE = 0.015
ASSESSED_SHARE, AVOIDABLE_SHARE = 0.02, 0.35

# First grades of incidents from the public: over both lines I 25, S 34, E 13, R 28 %,
# which is I 23, S 31, E 12, R 26 and P 8 % of all (assumption; I per 999 call comes
# out at 0.31, as in PPRC 12 Feb 2004, report 15).
GRADE_SHARES = (
    {"I": 0.43, "S": 0.37, "E": 0.06, "R": 0.14},
    {"I": 0.06, "S": 0.30, "E": 0.205, "R": 0.435},
)
POLICE_INCIDENTS_A_YEAR = 122_000
POLICE_IMMEDIATE_SHARE = 0.06
# Grade P was abolished in April 2009; its work moved into I, S, E and mostly R
# (saferview, Feb 2010). The shares are an assumption.
POLICE_GRADE_ENDS = (2009, 4)
POLICE_GRADES_AFTER = {"S": 0.18, "E": 0.06, "R": 0.76}
# Published standards of attendance: 12 minutes (PPRC 12 Feb 2004, report 15) and one
# hour; 48 hours for E is not published.
STANDARD_SECONDS = {"I": 12 * MINUTE, "S": HOUR, "E": 48 * HOUR}

# Minutes from creation to arrival: median and sigma of a log-normal. Immediate within
# 12 minutes was 72.3 % Apr-Nov 2002 and 71.0 % Apr-Nov 2003 (PPRC 12 Feb 2004, report
# 15). A median of 8.6 would give these if every arrival were booked; ours is lower
# because incidents without an arrival that stay open for 12 minutes count as misses.
# The late part brings the mean to about 15 minutes: 15:13 in June 2004 (Evening
# Standard). About 70 % in late 2004 (Evening Standard). The years before 2002/03, those
# after 2004/05 (like 2003/04) and the other grades are assumptions.
IMMEDIATE_MEDIAN = {2002: 7.77, 2003: 7.95, 2004: 8.1, 2005: 7.95}
IMMEDIATE_SIGMA = 0.56
LATE_SHARE, LATE_MINUTES = 0.03, (120, 0.9)
SOON_MINUTES = (32, 0.80)
EXTENDED_MINUTES = (14 * 60, 1.1)
LONGEST_IMMEDIATE_OR_SOON = DAY - 10 * MINUTE

# Shifts of the log of the median. Published extremes of 2003: Hounslow 58.1, Bromley
# 61.5, Westminster and Kensington and Chelsea over 80 % (BBC, 12 Feb 2004). The other
# named boroughs, the spreads and the effects of load are assumptions.
BOROUGH_DELAYS = {
    "TX": 0.21, "PY": 0.17, "ZD": 0.10, "QK": 0.08, "JC": 0.10, "KG": 0.08,
    "CW": -0.275, "BS": -0.222,
}  # fmt: skip
BOROUGH_DELAY_SPREAD, BOROUGH_DELAY_LIMIT = 0.05, 0.08
BOROUGH_MONTH_SPREAD = 0.03
EVENING_DELAY, NIGHT_OUT_DELAY = 0.08, 0.12
# Officers were taken for the state visit of 19 to 21 November 2003; assumption.
STATE_VISIT_FROM, STATE_VISIT_TO = (2003, 11, 19), (2003, 11, 22)
STATE_VISIT_DELAY = 0.15

# No arrival time on 6 % of I and 12 % of S (assumption). On I somewhat over half are
# cancelled before anyone arrives, nearly all inside 12 minutes, so they leave the
# figure; the rest were attended but never booked and count as misses.
CANCEL_SHARES = {"I": 0.048, "S": 0.065, "E": 0.06}
CANCEL_MEDIAN_MINUTES = {"I": 5, "S": 15, "E": 240}
CANCEL_SIGMA = 0.5
NOT_BOOKED_SHARES = {"I": 0.025, "S": 0.07, "E": 0.07, "P": 0.10}
# Half of both at a centre: no arrival time on 3 % of I and 6 % of S (assumption).
MISSING_FACTOR_AT_CENTRE = 0.5
# Heaping: whole minutes everywhere; in two boroughs, chosen by the seed, some arrivals
# just past the standard are written down as exactly 12:00 (about 1 % of arrivals).
# Assumptions.
WHOLE_MINUTE_SHARE = 0.10
PULLED_BACK_BOROUGHS = 2
PULLED_BACK_WITHIN = 15 * MINUTE
PULLED_BACK_SHARE = 0.09

# Creation to first routing of I: mean 29 s, and 16 s once a borough's calls come to a
# new centre, the second of each pair (PPRC 12 May 2005, report 12); 5 % over three
# minutes before. The shape and the share of the wait for other grades are assumptions.
DISPATCH_MEDIANS, DISPATCH_SIGMA = (15, 8.5), 0.6
DISPATCH_SLOW_SHARES = (0.058, 0.025)
DISPATCH_SLOW_FROM, DISPATCH_SLOW_MEAN = 3 * MINUTE, 60
DISPATCH_LONGEST_PART = 0.7

# The rest are assumptions.
REGRADE_SHARES = {
    "I": (("S", 0.045),),
    "S": (("E", 0.045), ("I", 0.018)),
    "E": (("R", 0.050), ("S", 0.025)),
    "R": (("S", 0.040),),
}
REGRADE_LATE_SHARE = 0.5
REGRADE_MINUTES = (15, 0.9)
SECOND_REGRADE_SHARE = 0.10
POLICE_ARRIVAL_MEAN = 2 * MINUTE
POLICE_DISPATCH_SHARE = 0.6
APPOINTMENT_SHARE = 0.5
APPOINTMENT_SLOT = 30 * MINUTE
APPOINTMENT_LATENESS = (5 * MINUTE, 20 * MINUTE)
SHORTEST_ON_SCENE = 3 * MINUTE
ON_SCENE_MINUTES = (35, 0.7)
TELEPHONE_MINUTES = (50, 1.2)
DUPLICATE_MINUTES = (8, 0.7)
NO_TRACE_SHARE = 0.15
TELEPHONE_RESOLUTIONS = {
    "advice": 0.35,
    "telephone_report": 0.35,
    "referred": 0.20,
    "appointment_at_counter": 0.10,
}
ARRIVAL_SOURCES = {"mdt": 0.25, "voice": 0.64, "inferred": 0.10, "estimated": 0.01}
FURTHER_UNITS = {"I": 0.9, "S": 0.2, "E": 0.05, "R": 0.2, "P": 0.3}
SINGLE_CREW_SHARE, THREE_CREW_SHARE = 0.15, 0.03
DELAY_CALLBACK_SHARE = 0.25


def financial_years(count: int) -> range:
    """Return the financial years of a demo of so many years.

    They end in 2003/04; more than four begin in 2000/01 and end later.
    """
    last = max(LAST_FINANCIAL_YEAR, FIRST_FINANCIAL_YEAR + count - 1)
    return range(last - count + 1, last + 1)


def in_year(by_year: Mapping[int, float], financial_year: int) -> float:
    """Return the value of a year, of the last one named before it, or the first."""
    named = [year for year in by_year if year <= financial_year]
    return by_year[max(named, default=min(by_year))]
