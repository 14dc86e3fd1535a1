"""The demo force's surveys: residents, 999 callers, counter callers, victims.

One row for each respondent and question. Their size does not depend on the scale, just
as a survey's does not depend on the volume of calls. Levels without a source and all
spreads are assumptions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from kpis.demo import columns, parameters
from kpis.demo.chance import generator, happens, log_normal, word
from kpis.demo.columns import Columns
from kpis.demo.confidence import Confidence
from kpis.demo.demand import Force
from kpis.demo.facilities import COUNTERS, Facilities

# Public attitude survey: 100 residents a borough and quarter from 2002 (UK Data Service
# SN 7048); before, about 4,000 a year from September to November (MPA CE 3 Feb 2005,
# report 13).
PAS_A_BOROUGH, PAS_IN_AUTUMN, PAS_BY_QUARTER_FROM = 100, 4_000, 2002
# 999 callers: 2,409 in six months of 2000; action 78 % then, 72.8 % Jul-Sep 2003, when
# 85.7 % were satisfied with the time to answer (PSPM 14 Nov 2000, report 5; PPRC 12 Feb
# 2004, report 15). The years between lie on a line.
C999_A_QUARTER = 1_200
C999_ACTION = {2000: 0.780, 2001: 0.763, 2002: 0.746, 2003: 0.728}
C999_ANSWER = {2000: 0.857}
# Counter callers: 1,736 in six months of 2000, 72 % satisfied; none from April 2001
# (the same; HMIC 3.3.3). The level of the wait is an assumption.
FCS_A_QUARTER, FCS_ENDS = 870, (2001, 4)
FCS_OVERALL, FCS_WAIT = 0.72, 0.68
# Victims: 1,835 a quarter over three groups in 2000 with these levels (PSPM 14 Nov
# 2000, report 5); 2,400 a quarter later, 9,600 a year (MOPAC). From when on five groups
# were asked, their shares and the level of vehicle crime are assumptions.
USS_SIZES = {2000: 1_835, 2002: 2_400}
USS_GROUPS = {
    2000: {"violent_crime": 0.311, "burglary": 0.427, "rtc": 0.262},
    2002: {
        "violent_crime": 0.25, "burglary": 0.25, "vehicle_crime": 0.20, "rtc": 0.18,
        "racist_incident": 0.12,
    },
}  # fmt: skip
USS_OVERALL = {
    "violent_crime": 0.76, "burglary": 0.84, "rtc": 0.91, "vehicle_crime": 0.80,
    # Victims of racist incidents are 4 to 10 points below the others.
    "racist_incident": 0.75,
}  # fmt: skip
# points above or below the service overall
USS_QUESTIONS = {
    "uss_contact_ease": 0.06, "uss_action": -0.06, "uss_kept_informed": -0.15,
    "uss_treatment": 0.06, "uss_overall": 0.0, "uss_arrival_time": -0.05,
}  # fmt: skip
# share of victims to whom no one came at once
NO_IMMEDIATE_SHARE = 0.45

MODES = {
    "PAS": "face_to_face", "C999": "telephone", "FCS": "self_completion",
    "USS": "postal",
}  # fmt: skip
DESIGN_EFFECTS = {"PAS": "1.5", "C999": "1.3", "FCS": "1.3", "USS": "1.4"}
WEIGHT_SIGMA = 0.35
LAG_DAYS = (6 * 7, 12 * 7)
BOROUGH_SPREAD = 0.03
ETHNICITY = {"white": 0.66, "minority_ethnic": 0.28, "not_stated": 0.06}
ETHNIC_GAP = 0.04
REFUSED_SHARE, DO_NOT_KNOW_SHARE = 0.005, 0.02
REFUSED, DO_NOT_KNOW, NOT_APPLICABLE = 97, 98, 99

# how answers spread over each half of a scale; satisfied codes come first
SCALES = {
    "good_job_4": ((0.20, 0.80), (0.75, 0.25)),
    "satisfaction_5": ((0.45, 0.55), (0.30, 0.40, 0.30)),
    "satisfaction_7": ((0.25, 0.40, 0.35), (0.25, 0.30, 0.25, 0.20)),
}
# the seven-point scale came with the national framework in April 2004
SEVEN_POINTS_FROM = (2004, 4)


@dataclass(frozen=True)
class Wave:
    """One survey's interviews; `quarter` counts from the demo's first."""

    survey: str
    name: str
    first_on: date
    end_on: date
    size: int
    quarter: int

    @property
    def financial_year(self) -> int:
        """Return the year in which the financial year of its first day began."""
        return self.first_on.year - (self.first_on.month < 4)


def table(
    force: Force, places: Facilities, years: range, views: Confidence
) -> pa.Table:
    """Return every answer of so many financial years, wave by wave."""
    effects = generator(force.seed, "surveys").normal(
        0, BOROUGH_SPREAD, len(force.codes)
    )
    effects -= np.average(effects, weights=force.call_shares)
    parts = []
    for number, wave in enumerate(_waves(years)):
        rng = generator(force.seed, "surveys", 1 + number)
        people = _people(rng, wave, force, places, date(years[0], 4, 1))
        for question, level in _levels(wave, people, views):
            if wave.survey != "PAS":
                level = level + effects[people["borough"]]
            answer = _answers(rng, level, _scale(wave))
            if question == "uss_arrival_time":
                answer[happens(rng, NO_IMMEDIATE_SHARE, wave.size)] = NOT_APPLICABLE
            parts.append(_rows(wave, people, question, answer, force, places))
    return pa.concat_tables(parts)


def _waves(years: range) -> Iterator[Wave]:
    for quarter in range(len(years) * 4):
        year, begins = years[quarter // 4], 4 + 3 * (quarter % 4)
        first = np.datetime64(f"{year}-04") + 3 * (quarter % 4)
        first_on, end_on = first.astype(date), (first + 3).astype(date)
        name = f"{first_on.year}-Q{(first_on.month + 2) // 3}"
        sizes = {
            "C999": C999_A_QUARTER,
            "USS": int(parameters.in_year(USS_SIZES, year)),
        }
        if year >= PAS_BY_QUARTER_FROM:
            sizes["PAS"] = PAS_A_BOROUGH * 32
        if (first_on.year, first_on.month) < FCS_ENDS:
            sizes["FCS"] = FCS_A_QUARTER
        for survey, size in sizes.items():
            yield Wave(survey, name, first_on, end_on, size, quarter)
        if year < PAS_BY_QUARTER_FROM and begins == 10:
            autumn = date(year, 9, 1), date(year, 12, 1)
            yield Wave("PAS", f"{year}-autumn", *autumn, PAS_IN_AUTUMN, quarter)


def _people(
    rng: np.random.Generator, wave: Wave, force: Force, places: Facilities, since: date
) -> Columns:
    """Return the respondents of a wave: who, where, when, and their weights."""
    size = wave.size
    weight = log_normal(rng, (1, WEIGHT_SIGMA), size)
    people = {
        "weight": np.rint(weight / weight.mean() * 10_000) / 10_000,
        "ethnicity": word(rng, ETHNICITY, size),
    }
    first = np.datetime64(wave.first_on).astype(np.int64)
    end = np.datetime64(wave.end_on).astype(np.int64)
    if wave.survey == "PAS":
        # as many in every borough, by the design of the survey
        people["borough"] = np.arange(size) % len(force.codes)
        return people | {"interview": rng.integers(first, end, size)}
    # interviews about days before the scale of April 2000 are another survey
    earliest = np.datetime64(date(2000, 4, 1)).astype(np.int64)
    interview = rng.integers(max(first, earliest + LAG_DAYS[0]), end, size)
    experience = interview - rng.integers(LAG_DAYS[0], LAG_DAYS[1] + 1, size)
    people |= {"interview": interview, "experience": np.maximum(experience, earliest)}
    if wave.survey == "FCS":
        shares = places.visits[:COUNTERS] / places.visits[:COUNTERS].sum()
        counter = rng.choice(COUNTERS, size, p=shares)
        return people | {"counter": counter, "borough": places.boroughs[counter]}
    people["borough"] = rng.choice(len(force.codes), size, p=force.call_shares)
    if wave.survey == "USS":
        shares = USS_GROUPS[max(y for y in USS_GROUPS if y <= wave.financial_year)]
        people["group"] = word(rng, shares, size)
    return people


def _levels(
    wave: Wave, people: Columns, views: Confidence
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each question with the chance of every respondent to be satisfied."""
    year = wave.financial_year
    minority = ETHNICITY["minority_ethnic"]
    white_gains = ETHNIC_GAP * minority / (1 - ETHNICITY["not_stated"])
    gap = np.select(
        [people["ethnicity"] == "white", people["ethnicity"] == "minority_ethnic"],
        [white_gains, white_gains - ETHNIC_GAP],
        0.0,
    )
    if wave.survey == "PAS":
        yield "pas_confidence_good_job", views.boroughs[wave.quarter][people["borough"]]
    elif wave.survey == "C999":
        yield "c999_answer_time", parameters.in_year(C999_ANSWER, year) + gap
        yield "c999_action", parameters.in_year(C999_ACTION, year) + gap
    elif wave.survey == "FCS":
        yield "fcs_overall", FCS_OVERALL + gap
        yield "fcs_wait", FCS_WAIT + gap
    else:
        overall = columns.look_up(people["group"], USS_OVERALL, 0.0) + gap
        for question, points in USS_QUESTIONS.items():
            yield question, overall + points


def _scale(wave: Wave) -> str:
    if wave.survey == "PAS":
        return "good_job_4"
    is_seven = (wave.first_on.year, wave.first_on.month) >= SEVEN_POINTS_FROM
    return "satisfaction_7" if is_seven and wave.survey == "USS" else "satisfaction_5"


def _answers(rng: np.random.Generator, level: np.ndarray, scale: str) -> np.ndarray:
    """Return answer codes on a scale from each respondent's chance to be satisfied."""
    size = len(level)
    satisfied, other = (np.array(shares) for shares in SCALES[scale])
    is_satisfied = happens(rng, level, size)
    answer = np.where(
        is_satisfied,
        rng.choice(len(satisfied), size, p=satisfied) + 1,
        rng.choice(len(other), size, p=other) + 1 + len(satisfied),
    )
    draw = rng.random(size)
    answer[draw < REFUSED_SHARE + DO_NOT_KNOW_SHARE] = DO_NOT_KNOW
    answer[draw < REFUSED_SHARE] = REFUSED
    return answer


def _rows(
    wave: Wave,
    people: Columns,
    question: str,
    answer: np.ndarray,
    force: Force,
    places: Facilities,
) -> pa.Table:
    size = wave.size
    groups = {"PAS": "resident", "C999": "caller_999", "FCS": "counter_caller"}

    def same(text: str) -> pa.Array:
        return pa.array(np.full(size, text, object), pa.string())

    def optional(name: str, make: Callable[[np.ndarray], pa.Array]) -> pa.Array:
        return make(people[name]) if name in people else columns.nothing(size)

    return pa.table(
        {
            "response_id": columns.digits(np.arange(1, size + 1), 5),
            "survey_code": same(wave.survey),
            "wave": same(wave.name),
            "interview_date": columns.dates(people["interview"]),
            "experience_date": optional("experience", columns.dates),
            "mode": same(MODES[wave.survey]),
            "bocu_code": columns.words(force.codes[people["borough"]]),
            "facility_code": optional(
                "counter", lambda counter: columns.words(places.codes[counter])
            ),
            "respondent_group": (
                columns.words(people["group"])
                if "group" in people
                else same(groups[wave.survey])
            ),
            "ethnicity_group": columns.words(people["ethnicity"]),
            "question_code": same(question),
            "answer_code": pa.array(answer),
            "scale_code": same(_scale(wave)),
            "weight": columns.decimals(people["weight"], 4),
            "design_effect": same(DESIGN_EFFECTS[wave.survey]),
        }
    )
