"""A second count of the indicators, in pandas, from the export files.

Written from the words of the definitions, without the engine: of it come only the
columns that tell rows apart. Each indicator
is a frame of rows with `area`, `on_date` (ISO text), `is_row` (1, or 0 for what no
export holds), and either `seconds` or whole `numerator` and `denominator`. Weights and
pounds are counted in millionths, so that sums are exact.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from kpis.definitions import contracts

RESIDENTS = Path(__file__).parent.parent / "data" / "reference" / "population.csv"
MILLION = 1_000_000
FORCE = "MPS"
DAYS_OF_A_YEAR_TIMES_1000 = 365_250
IN_TARGET_SECONDS = {"999": 15, "I": 12 * 60}
# very satisfied to very dissatisfied; 97 to 99 are not answers
SATISFIED, ANSWERS = {"1", "2"}, {"1", "2", "3", "4", "5"}
LONGEST_DELAY_DAYS = 140
KEYS = {source: list(contract.key) for source, contract in contracts.load_all().items()}
# without these, or with a local time that has no offset, a row is refused
REQUIRED = {"survey_responses": ["weight"]}


VICTIMS = ["burglary", "violent_crime", "vehicle_crime", "rtc"]


@dataclass(frozen=True)
class Exports:
    """The files of a force; equal files are read once."""

    paths: tuple[Path, ...]

    def of(self, source: str) -> list[Path]:
        """Return the files of one source; a file that was sent twice comes once."""
        own = sorted(path for path in self.paths if source_of(path) == source)
        return list({_sha256(path): path for path in reversed(own)}.values())[::-1]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_of(path: Path) -> str:
    """Return the source that a file's name begins with."""
    return path.name.split("_20")[0]


def covered(path: Path) -> tuple[str, str]:
    """Return the first and last day in a file's name."""
    first, last = path.stem.split("_extracted_")[0].split("_to_")
    return first[-10:], last


@cache
def read(exports: Exports, source: str) -> pd.DataFrame:
    """Every row of a source that counts, with instants in London time.

    A test is skipped if its source is not one of the exports.
    """
    files = exports.of(source)
    if not files:
        pytest.skip(f"the demo makes no {source}: its rows cannot be counted again")
    frame = pd.concat([_file(path) for path in files], ignore_index=True)
    for name in frame:
        if name.endswith("_at"):
            at = pd.to_datetime(frame[name], utc=True, format="ISO8601")
            frame[name] = at.dt.tz_convert("Europe/London")
    return frame


def _file(path: Path) -> pd.DataFrame:
    """A file's rows without those that no one can place or tell apart."""
    source = source_of(path)
    rows = pd.read_csv(path, dtype=str)
    for name in rows:
        if name.endswith("_at"):
            has_offset = rows[name].str.contains(r"T[\d:.]+(?:Z|[+-]\d\d:\d\d)$")
            rows = rows[rows[name].isna() | has_offset.eq(True)]
    rows = rows.dropna(subset=REQUIRED.get(source, []))
    # the same row twice is one row; a key with two contents is left out
    rows = rows.drop_duplicates()
    rows = rows[~rows.duplicated(KEYS[source], keep=False)]
    made = pd.Timestamp(path.stem.split("_extracted_")[1], tz="Europe/London")
    return rows.assign(extracted_at=made.isoformat())


def millionths(texts: pd.Series) -> pd.Series:
    """Decimals as whole millionths; empty is zero."""
    return texts.fillna("0").map(lambda text: int(Decimal(text) * MILLION))


def days(instants: pd.Series) -> pd.Series:
    """Local days as ISO text."""
    return instants.dt.strftime("%Y-%m-%d")


def answered(exports: Exports) -> pd.DataFrame:
    """999 calls offered on the primary line without the abandons within 5 seconds."""
    calls = read(exports, "calls")
    calls = calls[calls["line_type"].eq("emergency_999") & calls["stage"].eq("primary")]
    left_after = calls["ended_at"] - calls["offered_at"]
    is_short = calls["outcome"].eq("abandoned") & left_after.le(pd.Timedelta("5s"))
    calls = calls[~is_short]
    wait = (calls["answered_at"] - calls["offered_at"]).dt.total_seconds()
    return pd.DataFrame(
        {
            "area": calls["call_site_code"],
            "on_date": days(calls["offered_at"]),
            "seconds": wait,
            "numerator": wait.le(IN_TARGET_SECONDS["999"]) * MILLION,
        }
    )


def waits(exports: Exports) -> pd.DataFrame:
    """The same calls that were answered, with how long that took."""
    return answered(exports).dropna(subset="seconds")


def immediate(exports: Exports) -> pd.DataFrame:
    """Incidents first graded immediate, not merged, from public, partners or alarms."""
    incidents = read(exports, "incidents")
    incidents = incidents[
        incidents["grade_first"].eq("I")
        & incidents["origin"].isin(["public", "partner_agency", "alarm_company"])
        & incidents["duplicate_of"].isna()
        & incidents["resolution"].ne("duplicate")
    ]
    created_at = incidents["created_at"]
    seconds = (incidents["first_on_scene_at"] - created_at).dt.total_seconds()
    end = incidents["closed_at"].fillna(incidents["extracted_at"])
    return pd.DataFrame(
        {
            "area": incidents["bocu_code"],
            "on_date": days(created_at),
            "seconds": seconds.where(seconds.between(0, 24 * 3600)),
            "open_seconds": (end - created_at).dt.total_seconds(),
        }
    )


def attended(exports: Exports) -> pd.DataFrame:
    """Immediate incidents attended, or open past twelve minutes."""
    rows = immediate(exports)
    standard = IN_TARGET_SECONDS["I"]
    rows = rows[rows["seconds"].notna() | rows["open_seconds"].gt(standard)]
    return rows.assign(numerator=rows["seconds"].le(standard) * MILLION)


def reached(exports: Exports) -> pd.DataFrame:
    """Immediate incidents with a usable arrival time, and how long arrival took."""
    rows = immediate(exports).dropna(subset="seconds")
    return rows.assign(numerator=(rows["seconds"] * MILLION).astype("int64"))


def public_calls(exports: Exports) -> pd.DataFrame:
    """Calls of the public on a primary line, and each day's residents."""
    calls = read(exports, "calls")
    calls = calls[
        calls["origin"].eq("public")
        & calls["stage"].eq("primary")
        & calls["line_type"].ne("internal")
    ]
    rows = pd.DataFrame(
        {
            "area": calls["bocu_code"],
            "on_date": days(calls["offered_at"]),
            "is_row": 1,
            "numerator": MILLION,
            "denominator": 0,
        }
    )
    return pd.concat([rows, residents(exports)], ignore_index=True)


def residents(exports: Exports) -> pd.DataFrame:
    """Residents of each borough on each day that the exports of calls cover.

    The census of 2001 is used until the end of 2002, the count of mid-2003 after that.
    """
    counts = pd.read_csv(RESIDENTS, dtype={"bocu_code": str})
    covered_days = set()
    for path in exports.of("calls"):
        covered_days |= set(pd.date_range(*covered(path)).strftime("%Y-%m-%d"))
    frame = pd.DataFrame({"on_date": sorted(covered_days)})
    frame["year"] = [2001 if day < "2003" else 2003 for day in frame["on_date"]]
    frame = frame.merge(counts, on="year")
    frame = frame.rename(columns={"bocu_code": "area"})
    frame["denominator"] = frame["residents"] * MILLION
    return frame.assign(is_row=0, numerator=0)


def costs(exports: Exports) -> pd.DataFrame:
    """What call handling and control rooms cost, and calls answered on primary lines.

    Outturn with accruals, without capital charges; calls without internal calls.
    """
    ledger = read(exports, "finance_monthly")
    ledger = ledger[
        ledger["cost_centre_type"].isin(["call_handling", "control_room"])
        & ledger["cost_type"].ne("capital_charge")
        & ledger["basis"].eq("outturn")
    ]
    spent = pd.DataFrame(
        {
            "area": ledger["unit_code"],
            "on_date": ledger["month"] + "-01",
            "numerator": millionths(ledger["actual"]) + millionths(ledger["accrual"]),
        }
    )
    calls = read(exports, "calls")
    calls = calls[
        calls["outcome"].isin(["answered", "transferred_out"])
        & calls["stage"].eq("primary")
        & calls["line_type"].ne("internal")
    ]
    taken = pd.DataFrame(
        {
            "area": calls["call_site_code"],
            "on_date": days(calls["offered_at"]),
            "denominator": MILLION,
        }
    )
    both = pd.concat([spent, taken], ignore_index=True)
    # an unknown side is not zero
    return both.astype({"numerator": "Int64", "denominator": "Int64"})


def users(exports: Exports) -> pd.DataFrame:
    """Valid answers of white (a) and minority ethnic (b) users on the service overall.

    They belong to the day of the experience if it lies in the 20 weeks before the
    interview, otherwise to the day of the interview.
    """
    answers = read(exports, "survey_responses")
    answers = answers[
        answers["survey_code"].eq("USS")
        & answers["question_code"].eq("uss_overall")
        & answers["ethnicity_group"].isin(["white", "minority_ethnic"])
        & answers["respondent_group"].isin(VICTIMS)
        & answers["answer_code"].isin(ANSWERS)
        & answers["weight"].astype(float).gt(0)
    ]
    asked, lived = (
        pd.to_datetime(answers[name]) for name in ("interview_date", "experience_date")
    )
    delay = (asked - lived).dt.days
    weight = millionths(answers["weight"])
    return pd.DataFrame(
        {
            "part": answers["ethnicity_group"].map(
                {"white": "a", "minority_ethnic": "b"}
            ),
            "area": answers["bocu_code"],
            "on_date": days(lived.where(delay.between(0, LONGEST_DELAY_DAYS), asked)),
            "base": 1 / answers["design_effect"].astype(float).fillna(1),
            "numerator": weight.where(answers["answer_code"].isin(SATISFIED), 0),
            "denominator": weight,
        }
    )


ROWS = {
    "ops_immediate_attended_in_target": attended,
    "ops_immediate_response_median": reached,
    "ops_immediate_response_mean": reached,
    "ops_999_answered_in_target": answered,
    "ops_999_answer_p95": waits,
    "ops_calls_per_1000_residents": public_calls,
    "fin_cost_per_call": costs,
    "cust_satisfaction_gap": users,
}
QUANTILES = {"ops_immediate_response_median": 0.5, "ops_999_answer_p95": 0.95}


@cache
def rows(exports: Exports, kpi_id: str) -> pd.DataFrame:
    """The rows of an indicator, for the force as a whole too."""
    frame = ROWS[kpi_id](exports)
    defaults = {"is_row": 1, "denominator": MILLION, "part": ""}
    for name, value in defaults.items():
        if name not in frame:
            frame[name] = value
    frame["month"] = frame["on_date"].str[:7]
    # what the ledger books to the force itself is already the force's
    own = frame[frame["area"] != FORCE]
    parts = [frame.assign(area=FORCE), own]
    if "borough" in frame:
        # a facility's rows are its borough's too
        parts.append(own.assign(area=own["borough"]))
    return pd.concat(parts, ignore_index=True)


def months_of(by: str, first: date, last: date) -> pd.DataFrame:
    """The months of each period, which is named by its first day."""
    months = pd.period_range(first, last, freq="M")
    if by == "rolling12":
        spans = [pd.period_range(end - 11, end) for end in months]
    else:
        size = {"month": 1, "quarter": 3, "year": 12}[by]
        spans = [months[start : start + size] for start in range(0, len(months), size)]
    named = [(span[0].start_time.date().isoformat(), span) for span in spans]
    pairs = [(start, str(month)) for start, span in named for month in span]
    return pd.DataFrame(pairs, columns=["start", "month"])


def sums(
    exports: Exports, kpi_id: str, by: str, first: date, last: date
) -> pd.DataFrame:
    """n, numerator and denominator (plain numbers) by area, part and period."""
    names = ["is_row", "numerator", "denominator"]
    monthly = rows(exports, kpi_id).groupby(["area", "part", "month"])[names]
    monthly = monthly.sum(min_count=1).reset_index()
    monthly = monthly.merge(months_of(by, first, last), on="month")
    found = monthly.groupby(["area", "part", "start"])[names].sum(min_count=1)
    found = found.rename(columns={"is_row": "n"})
    for name in ("numerator", "denominator"):
        found[name] = [
            float("nan") if pd.isna(each) else int(each) / MILLION
            for each in found[name]
        ]
    return found


def quantiles(
    exports: Exports, kpi_id: str, by: str, first: date, last: date
) -> pd.DataFrame:
    """n and value (seconds) by area and period, from the single values."""
    found = rows(exports, kpi_id).merge(months_of(by, first, last), on="month")
    seconds = found.groupby(["area", "start"])["seconds"]
    return pd.DataFrame(
        {"n": seconds.size(), "value": seconds.quantile(QUANTILES[kpi_id])}
    )
