"""A build that takes over what has not changed gives the same figures as a full build.

Random histories: exports whose keys move between months, editions that replace their
whole period, withdrawals and restorations, each followed by a build.
"""

from contextlib import closing
from random import Random

import pandas as pd
import pytest

from kpis import pipeline
from kpis.builds import cube, marts, revisions, store
from kpis.definitions import contracts, sources
from kpis.errors import UserError
from kpis.ingest import lake
from kpis.results import opened_build
from tests.tables import Force

BUILDS, CHANGES_BETWEEN = 4, 4
BOROUGHS = ("QK", "SX", "TX", "-")
SITES = ("IR", "LAM")
CALLERS = ("-", "0123456789abcdefa", "0123456789abcdefb")
EDITION = """
title = "Incidents whose editions replace their whole period"
source = "incidents"
[edition]
replaces = "period"
[columns]
incident_ref = { column = "incident_ref" }
created_at = { column = "created_at" }
first_on_scene_at = { column = "first_on_scene_at" }
origin = { constant = "public" }
grade_first = { constant = "I" }
bocu_code = { column = "bocu_code" }
"""


def incidents(random: Random, count: int = 8) -> str:
    lines = ["incident_ref | created_at | first_on_scene_at | bocu_code"]
    for key in random.sample(range(30), count):
        month, day = random.randint(3, 6), random.randint(1, 28)
        minute = random.randint(0, 59)
        at = f"2003-{month:02}-{day:02}T"
        lines.append(
            f"i{key} | {at}12:00:00+00:00 | {at}12:{minute:02}:00+00:00 "
            f"| {random.choice(BOROUGHS)}"
        )
    return "\n".join(lines)


def calls(random: Random) -> str:
    """Few callers and matters, so that calls follow each other over the months."""
    near_the_turn = [*range(1, 6), *range(24, 29)]
    lines = [
        "call_id | offered_at | answered_at | call_site_code | bocu_code | line_type "
        "| stage | parent_call_id | caller_hash | incident_ref | contact_reason "
        "| disposition | resolved_first_contact"
    ]
    for key in random.sample(range(30), 12):
        month, day = random.randint(3, 6), random.choice(near_the_turn)
        at = f"2003-{month:02}-{day:02}T12:00:"
        parent = random.choice(("-", "-", f"c{random.randint(0, 29)}"))
        lines.append(
            f"c{key} | {at}00+00:00 | {at}{random.randint(0, 59):02}+00:00 "
            f"| {random.choice(SITES)} | {random.choice(BOROUGHS)} | non_emergency "
            f"| {'primary' if parent == '-' else 'secondary'} | {parent} "
            f"| {random.choice(CALLERS)} | {random.choice(('-', 'i1', 'i2'))} "
            f"| {random.choice(('new_request', 'progress_chase'))} | advice_given "
            f"| {random.choice(('true', 'false', '-'))}"
        )
    return "\n".join(lines)


def answers(random: Random) -> str:
    lines = [
        "response_id | interview_date | experience_date | bocu_code | ethnicity_group "
        "| answer_code | weight"
    ]
    for key in random.sample(range(30), 8):
        month, day = random.randint(5, 8), random.randint(1, 28)
        group = random.choice(("white", "minority_ethnic", "not_stated"))
        lines.append(
            f"r{key} | 2003-{month:02}-{day:02} "
            f"| 2003-{month - random.randint(1, 4):02}-28 | QK | {group} "
            f"| {random.randint(1, 5)} | {random.randint(50, 150) / 100}"
        )
    return "\n".join(lines)


def money(random: Random) -> str:
    lines = ["entry_ref | month | unit_code | actual"]
    lines += [
        f"m{key} | 2003-{random.randint(3, 6):02} | {random.choice(SITES)} "
        f"| {random.randint(1, 9)}000.50"
        for key in random.sample(range(30), 8)
    ]
    return "\n".join(lines)


SOURCES = {
    "incidents": incidents,
    "calls": calls,
    "survey_responses": answers,
    "finance_monthly": money,
}


def one_step(force: Force, random: Random) -> None:
    manifest = lake.read_manifest(force.data_dir)
    state = {one: each["state"] for one, each in lake.states(manifest).items()}
    choice = random.random()
    known = sorted(state)
    if known and choice < 0.12:
        change(lake.withdraw, force, random.choice(known))
    elif known and choice < 0.25:
        change(lake.restore, force, random.choice(known))
    else:
        extracted = f"2003-{random.randint(9, 12):02}-01T03:00"
        source = random.choice(sorted(SOURCES))
        if random.random() < 0.3:
            # few rows, so that it may cover a month without having one in it
            table = incidents(random, 2)
            if random.random() < 0.4:
                # the edition holds this row, and refuses it
                table += f"\ni{random.randint(0, 29)} | never | - | QK"
            force.receives(
                "incidents", table, extracted=extracted, mapping="period_edition"
            )
        else:
            force.receives(source, SOURCES[source](random), extracted=extracted)


def change(how, force: Force, import_id: str) -> None:
    """Withdraw or restore, which is refused where the import is not in that state."""
    try:
        how(force.data_dir, import_id, "a test")
    except UserError as error:
        assert "is" in str(error)


def content(force: Force) -> dict[str, pd.DataFrame]:
    with closing(opened_build.open_build(force.data_dir)) as one:
        tables = ("published", "findings", *revisions.TABLES)
        names = [*cube.CELL_TABLES, *(f"cube.{table}" for table in tables)]
        names += [f"mart_{source}" for source in sources.marts()]
        return {
            name: one.warehouse.query(f"select * from {name} order by all")
            for name in names
        }


def held_keys(force: Force, source: str) -> int:
    """How many keys the files of a source hold that count."""
    imports = lake.current(lake.read_manifest(force.data_dir), source)
    key = list(contracts.load(source).key)
    frames = [pd.read_parquet(file) for file in lake.files(force.data_dir, imports)]
    return len(pd.concat(frames)[key].drop_duplicates()) if frames else 0


# `make drill` makes more of them
@pytest.mark.parametrize("seed", [0])
def test_a_history_built_step_by_step_equals_one_built_at_once(
    seed, tmp_path, monkeypatch
):
    # each month of calls that follow each other by itself, then all of them together
    monkeypatch.setattr(marts, "GROUP_BYTES_OF_MART", 0)
    random = Random(seed)
    force = Force(tmp_path)
    force.add_mapping("period_edition", EDITION)
    force.receives("incidents", incidents(random), extracted="2003-08-01T03:00")
    for _ in range(BUILDS):
        pipeline.build(force.data_dir)
        for _ in range(CHANGES_BETWEEN):
            one_step(force, random)
    pipeline.build(force.data_dir)
    stepwise = content(force)
    for source in ("calls", "survey_responses", "finance_monthly"):
        assert len(stepwise[f"mart_{source}"]) == held_keys(force, source)
    assert len(stepwise["mart_call_sequence"])
    monkeypatch.undo()
    pipeline.build(force.data_dir, is_full=True)
    at_once = content(force)
    for name, frame in at_once.items():
        pd.testing.assert_frame_equal(stepwise[name], frame, obj=name)


def test_only_the_month_that_changed_is_written_again(tmp_path, monkeypatch):
    force = Force(tmp_path)
    rows = "\n".join(
        f"c{month} | {day}T12:00:00+00:00 | {day}T12:00:09+00:00"
        for month, day in ((month, f"2003-{month:02}-05") for month in range(1, 7))
    )
    force.receives("calls", f"call_id | offered_at | answered_at\n{rows}")
    pipeline.build(force.data_dir)
    written = []
    write = marts.write

    def watched(*words):
        written.append((words[4].mart, words[5]))
        write(*words)

    monkeypatch.setattr(marts, "write", watched)
    force.receives(
        "calls",
        """
        call_id | offered_at                | answered_at
        late    | 2003-04-07T12:00:00+00:00 | 2003-04-07T12:00:30+00:00
        """,
        covers="2003-04",
    )
    pipeline.build(force.data_dir)
    months = dict(written)
    assert months.pop("calls") == ["2003-04"]
    # what follows a call may lie in the next month
    assert months.pop("call_sequence") == ["2003-03", "2003-04", "2003-05"]
    assert not any(months.values())


def test_what_is_kept_is_the_same_file(tmp_path):
    force = Force(tmp_path)
    force.receives("calls", calls(Random(1)))
    first = pipeline.build(force.data_dir).build
    force.receives("incidents", incidents(Random(1)))
    second = pipeline.build(force.data_dir).build
    before, after = (
        marts.files(store.directory(force.data_dir, one), "calls")
        for one in (first, second)
    )
    assert len(before) > 1
    assert [one.stat().st_ino for one in before] == [one.stat().st_ino for one in after]
    third = pipeline.build(force.data_dir, is_full=True).build
    again = marts.files(store.directory(force.data_dir, third), "calls")
    assert not {one.stat().st_ino for one in again} & {
        one.stat().st_ino for one in after
    }


def test_an_edition_retires_rows_of_months_that_it_leaves_empty(tmp_path):
    force = Force(tmp_path)
    force.add_mapping("period_edition", EDITION)
    editions = {"2003-08-01": ("03", "04", "05"), "2003-09-01": ("03", "05")}
    for extracted, months in editions.items():
        rows = [
            f"i{month} | {day}T12:00:00+00:00 | {day}T12:05:00+00:00 | QK"
            for month, day in ((month, f"2003-{month}-05") for month in months)
        ]
        header = "incident_ref | created_at | first_on_scene_at | bocu_code"
        force.receives(
            "incidents",
            "\n".join([header, *rows]),
            extracted=f"{extracted}T03:00",
            mapping="period_edition",
        )
        pipeline.build(force.data_dir)
        assert len(content(force)["mart_incidents"]) == len(months)
