"""Each indicator a second time, in pandas from the export files, agrees exactly.

Written from the words of the indicators' definitions, and from nothing of the engine:
what is counted here is counted twice, once by each.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kpis import build, demo, importer, results

SCALE, YEARS = 0.02, 2
FIRST, LAST = date(2002, 4, 1), date(2004, 3, 31)
ATTENDED, MEDIAN = "ops_immediate_attended_in_target", "ops_immediate_response_median"
ANSWERED, CONFIDENCE = "ops_999_answered_in_target", "cust_public_confidence"
KPIS = [ATTENDED, MEDIAN, ANSWERED]
PERIODS = ["month", "quarter", "year", "rolling12"]
KEYS = {"calls": "call_id", "incidents": "incident_ref"}
IN_TARGET_SECONDS = {"999": 15, "I": 12 * 60}


@dataclass(frozen=True)
class Demo:
    """The demo force: its export files and the build made from them."""

    files: dict[str, Path]
    one: results.Build


@pytest.fixture(scope="module")
def force(tmp_path_factory):
    home = tmp_path_factory.mktemp("oracle")
    demo.write_reference(home)
    paths = demo.write(home / "exports", scale=SCALE, years=YEARS)
    for path in paths:
        importer.import_file(path, f"canonical_{source_of(path)}", home)
    build.build(home)
    one = results.open_build(home)
    yield Demo({path.name: path for path in paths}, one)
    one.close()


def source_of(path: Path) -> str:
    return path.name.split("_20")[0]


def read(force: Demo, source: str) -> pd.DataFrame:
    """Every row of a source's files, instants in London time, and their extraction."""
    parts = []
    for path in force.files.values():
        if source_of(path) == source:
            part = pd.read_csv(path, dtype=str)
            extracted_on = path.stem.split("_extracted_")[1]
            at = pd.Timestamp(extracted_on[:10], tz="Europe/London")
            hour = extracted_on[11:] or "2400"
            part["extracted_at"] = at + pd.Timedelta(
                hours=int(hour[:2]), minutes=int(hour[2:])
            )
            parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    for name in frame:
        if name.endswith("_at") and name != "extracted_at":
            frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert(
                "Europe/London"
            )
    return frame


def answered(force: Demo) -> pd.DataFrame:
    """999 calls offered on the primary line without the abandons within 5 seconds."""
    calls = read(force, "calls")
    calls = calls[calls["line_type"].eq("emergency_999") & calls["stage"].eq("primary")]
    left_after = calls["ended_at"] - calls["offered_at"]
    is_short = calls["outcome"].eq("abandoned") & left_after.le(pd.Timedelta("5s"))
    calls = calls[~is_short]
    wait = (calls["answered_at"] - calls["offered_at"]).dt.total_seconds()
    return pd.DataFrame(
        {
            "area": calls["call_site_code"],
            "on_date": calls["offered_at"].dt.strftime("%Y-%m-%d"),
            "month": calls["offered_at"].dt.strftime("%Y-%m"),
            "numerator": wait.le(IN_TARGET_SECONDS["999"]).astype(int),
        }
    )


def immediate(force: Demo) -> pd.DataFrame:
    """Incidents first graded immediate, not merged, from public, partners or alarms."""
    incidents = read(force, "incidents")
    incidents = incidents[
        incidents["grade_first"].eq("I")
        & incidents["origin"].isin(["public", "partner_agency", "alarm_company"])
        & incidents["duplicate_of"].isna()
        & incidents["resolution"].ne("duplicate")
    ]
    seconds = (
        incidents["first_on_scene_at"] - incidents["created_at"]
    ).dt.total_seconds()
    is_usable = seconds.between(0, 24 * 3600)
    end = incidents["closed_at"].fillna(incidents["extracted_at"])
    return pd.DataFrame(
        {
            "area": incidents["bocu_code"],
            "on_date": incidents["created_at"].dt.strftime("%Y-%m-%d"),
            "month": incidents["created_at"].dt.strftime("%Y-%m"),
            "seconds": seconds.where(is_usable),
            "open_seconds": (end - incidents["created_at"]).dt.total_seconds(),
        }
    )


def attended(force: Demo) -> pd.DataFrame:
    """Those attended, or open past twelve minutes."""
    incidents = immediate(force)
    standard = IN_TARGET_SECONDS["I"]
    counts = incidents["seconds"].notna() | incidents["open_seconds"].gt(standard)
    return incidents[counts].assign(numerator=incidents["seconds"].le(standard) * 1)


def month_ends(by: str) -> dict[str, list[str]]:
    """The months of each period, named by its first day."""
    months = pd.period_range(FIRST, LAST, freq="M")
    if by == "rolling12":
        spans = [pd.period_range(end - 11, end) for end in months]
    else:
        size = {"month": 1, "quarter": 3, "year": 12}[by]
        spans = [months[start : start + size] for start in range(0, len(months), size)]
    return {
        span[0].start_time.date().isoformat(): [str(month) for month in span]
        for span in spans
    }


def each_cell(rows: pd.DataFrame, areas: list[str], by: str):
    """Every area and period with its rows; the force has those without an area too."""
    parts = dict(list(rows.groupby(["area", "month"])))
    for area in areas:
        own = {month: part for (code, month), part in parts.items() if code == area}
        if area == "MPS":
            own = dict(list(rows.groupby("month")))
        for start, months in month_ends(by).items():
            found = [own[month] for month in months if month in own]
            yield area, start, pd.concat(found) if found else rows.iloc[:0]


def second_rows(force: Demo, kpi_id: str) -> pd.DataFrame:
    """The rows of an indicator as pandas finds them."""
    rows = {ATTENDED: attended, MEDIAN: immediate, ANSWERED: answered}[kpi_id](force)
    return rows[rows["seconds"].notna()] if kpi_id == MEDIAN else rows


def counted_twice(force: Demo, kpi_id: str, by: str) -> pd.DataFrame:
    """The cells of an indicator as pandas counts them."""
    rows = second_rows(force, kpi_id)
    cells = []
    for area, start, found in each_cell(rows, areas_of(force, kpi_id), by):
        n = len(found)
        hits = float("nan") if kpi_id == MEDIAN else found["numerator"].sum()
        value = float("nan")
        if n:
            value = np.median(found["seconds"]) if kpi_id == MEDIAN else hits / n
        cells.append((area, start, n, hits, value))
    columns = ["area", "start", "n", "numerator", "value"]
    return pd.DataFrame(cells, columns=columns).set_index(["area", "start"])


def areas_of(force: Demo, kpi_id: str) -> list[str]:
    kind = force.one.kpis[kpi_id].area
    frame = results.areas(force.one)
    return frame["code"][frame["kind"].isin(["mps", kind])].tolist()


def shown(force: Demo, kpi_id: str, by: str) -> pd.DataFrame:
    frame = results.series(
        force.one, [kpi_id], areas_of(force, kpi_id), FIRST, LAST, by
    )
    frame["start"] = frame["period_start"].dt.date.astype(str)
    return frame.set_index(["area", "start"])


@pytest.mark.parametrize("by", PERIODS)
@pytest.mark.parametrize("kpi_id", KPIS)
def test_every_cell_is_what_pandas_counts(force, kpi_id, by):
    found, expected = shown(force, kpi_id, by), counted_twice(force, kpi_id, by)
    assert found.index.sort_values().equals(expected.index.sort_values())
    found = found.loc[expected.index]
    assert found["n"].fillna(0).tolist() == expected["n"].tolist()
    assert found["n"].sum() > 1000
    if kpi_id != MEDIAN:
        numerator = found["numerator"].fillna(0).tolist()
        assert numerator == expected["numerator"].tolist()
        assert found["denominator"].fillna(0).tolist() == expected["n"].tolist()
    is_hidden = found["state"].eq("not_reliable")
    starts_before = found["period_start"].dt.date < FIRST
    assert is_hidden.equals(starts_before), "a year that begins before the exports"
    pd.testing.assert_series_equal(
        found["value"], expected["value"].mask(is_hidden), check_exact=True
    )


@pytest.mark.parametrize("kpi_id", KPIS)
def test_every_week_of_the_force_is_what_pandas_counts(force, kpi_id):
    found = results.series(force.one, [kpi_id], ["MPS"], FIRST, LAST, "week")
    rows = second_rows(force, kpi_id)
    days = pd.to_datetime(rows["on_date"])
    mondays = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    column, how = ("seconds", "median") if kpi_id == MEDIAN else ("numerator", "mean")
    expected = rows.groupby(mondays)[column].agg(["size", how])
    assert found["period_start"].tolist() == expected.index.tolist()
    assert found["n"].tolist() == expected["size"].tolist()
    assert found["value"].tolist() == expected[how].tolist()


def test_the_demo_has_what_the_definitions_speak_of(force):
    incidents, calls = read(force, "incidents"), read(force, "calls")
    rows = immediate(force)
    assert incidents["duplicate_of"].notna().sum() > 100
    assert incidents["origin"].eq("police").sum() > 100
    assert rows["area"].isna().sum() > 10
    assert rows["seconds"].isna().sum() > 100
    assert (rows["seconds"].isna() & rows["open_seconds"].le(720)).sum() > 10
    assert calls["stage"].eq("secondary").sum() > 100
    assert calls["outcome"].eq("abandoned").sum() > 100


def test_published_figures_stand_as_they_came(force):
    figures = read(force, "published_figures")
    found = results.series(
        force.one, [CONFIDENCE], areas_of(force, CONFIDENCE), FIRST, LAST, "quarter"
    )
    published = {
        (row.area_code, row.period_start_on): float(row.value)
        for row in figures.itertuples()
    }
    keys = zip(found["area"], found["period_start"].dt.date.astype(str), strict=True)
    assert dict(zip(keys, found["value"], strict=True)) == published
    assert set(found["state"]) == {"reported"}


@pytest.mark.parametrize("kpi_id", KPIS)
def test_a_cell_is_the_sum_of_its_rows_and_each_is_a_line_of_the_export(force, kpi_id):
    cells = shown(force, kpi_id, "month").reset_index()
    cells = cells[cells["n"] > 0].sample(6, random_state=2004)
    quarter = shown(force, kpi_id, "quarter").reset_index()
    lines = {
        name: path.read_text(encoding="utf-8").split("\n")
        for name, path in force.files.items()
    }
    for cell in pd.concat([cells, quarter[quarter["area"] == "MPS"][:1]]).itertuples():
        rows = results.rows(
            force.one,
            kpi_id,
            cell.area,
            cell.period_start.date(),
            cell.period_end.date(),
        )
        assert len(rows) == cell.n
        assert rows["row_id"].is_unique
        if kpi_id == MEDIAN:
            assert np.median(rows["value"]) == cell.value
        else:
            assert rows["numerator"].sum() == cell.numerator
            assert rows["denominator"].sum() == cell.denominator
        for row in rows.itertuples():
            source, key = row.row_id.split(":", 1)
            written = lines[row.file][row.line - 1].split(",")
            header = lines[row.file][0].split(",")
            assert written[header.index(KEYS[source])] == key


def test_rows_can_be_limited_without_losing_their_order(force):
    first = date(2003, 6, 1), date(2003, 6, 30)
    every = results.rows(force.one, ANSWERED, "MPS", *first)
    some = results.rows(force.one, ANSWERED, "MPS", *first, limit=7)
    pd.testing.assert_frame_equal(some, every.head(7))


def test_rows_of_a_published_figure_are_that_figures_line(force):
    rows = results.rows(
        force.one, CONFIDENCE, "MPS", date(2003, 4, 1), date(2003, 6, 30)
    )
    assert len(rows) == 1
    row = rows.iloc[0]
    written = force.files[row["file"]].read_text(encoding="utf-8").split("\n")
    cells = written[row["line"] - 1].split(",")
    assert cells[1:5] == [CONFIDENCE, "MPS", "2003-04-01", "2003-06-30"]
    assert float(cells[5]) == row["value"]
