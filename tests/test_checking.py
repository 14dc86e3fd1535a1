"""`check` is quiet about what is whole, and names all else in plain sentences."""

import shutil
from pathlib import Path

import pytest

from kpis import __main__ as command_line
from kpis import checking, pipeline, settings
from kpis.builds import store
from kpis.definitions import contracts, indicators, reference_contracts, sources
from kpis.ingest import lake
from kpis.results import opened_build
from tests.product import Product
from tests.tables import Force, cell

ATTENDED = "ops_immediate_attended_in_target"
INCIDENTS = """
    incident_ref | created_at                | first_on_scene_at
    a            | 2003-05-05T10:00:00+01:00 | 2003-05-05T10:05:00+01:00
    b            | 2003-06-06T10:00:00+01:00 | 2003-06-06T10:25:00+01:00
"""
CALLS = """
    offered_at                | answered_at
    2003-05-05T10:00:00+01:00 | 2003-05-05T10:00:05+01:00
"""
ANSWERS = """
    response_id | interview_date | experience_date | bocu_code | answer_code
    r1          | 2003-06-05     | 2003-05-05      | QK        | 1
"""
FIGURES = """
    area_code | period_start_on | period_end_on | value
    MPS       | 2003-04-01      | 2003-06-30    | 0.56
"""
REPAIR = "Make the build again: python -m kpis build --full."


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A data directory with a build of a few rows, to be copied."""
    force = Force(tmp_path_factory.mktemp("built"))
    for source, table in (
        ("incidents", INCIDENTS),
        ("calls", CALLS),
        ("survey_responses", ANSWERS),
        ("published_figures", FIGURES),
    ):
        force.receives(source, table)
    pipeline.build(force.data_dir)
    return force.data_dir


@pytest.fixture
def home(built, tmp_path, monkeypatch) -> Path:
    copy = tmp_path / "home"
    shutil.copytree(built, copy)
    monkeypatch.setenv("DEMAND_DATA_DIR", str(copy))
    return copy


def faults(home: Path) -> list[str]:
    return checking.check(home, home).faults


def build_of(home: Path) -> Path:
    return store.directory(home, store.current_id(home))


def test_a_good_build_is_reported_as_good(home, capsys):
    assert command_line.main(["check"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    counts = {
        "reference tables": len(reference_contracts.tables()),
        "contracts": len(contracts.load_all()),
        "mappings": len(list(settings.MAPPINGS.glob("*.toml"))),
        "indicators": len(indicators.load()),
        "marts": len(sources.names()),
    }
    counted = [f"{count} {what}" for what, count in counts.items()]
    assert said.out.strip() == ", ".join([*counted, f"build {build_of(home).name}"])


def test_without_a_build_definitions_are_checked_alone(data_dir, capsys):
    assert command_line.main(["check"]) == 0
    said = capsys.readouterr()
    assert (said.err, said.out.splitlines()[1]) == ("", "There is no build yet.")


def test_a_build_behind_its_imports_is_a_note_not_a_fault(home, capsys):
    (import_id, *_) = lake.read_manifest(home)["imports"]
    lake.withdraw(home, import_id, "a test")
    assert command_line.main(["check"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Imports have changed since this build: run python -m kpis build."
    ]


def test_a_build_behind_its_indicators_is_a_note_not_a_fault(home, product):
    product.change(f"sql/kpis/{ATTENDED}.sql", "min_n = 100", "min_n = 50")
    report = checking.check(home, home)
    assert report.faults == []
    assert report.notes == [
        "Indicators have changed since this build: run python -m kpis build."
    ]


def test_a_missing_mart_file_is_reported_and_made_again(home):
    lost = build_of(home) / "marts" / "incidents" / "month=2003-05"
    shutil.rmtree(lost)
    (told,) = faults(home)
    assert told.endswith(f".parquet is missing. {REPAIR}")
    assert str(lost) in told
    # also by a build that finds nothing new: it would have been taken over from then on
    assert pipeline.build(home).is_new
    assert faults(home) == []
    with_rows = opened_build.open_build(home)
    assert cell(with_rows, ATTENDED, "QK", "2003-05")["n"] == 1
    with_rows.close()


@pytest.mark.parametrize("size", [5000, 1_000_000])
def test_a_truncated_cube_is_reported_and_repaired(size, home, capsys):
    cube = build_of(home) / "cube.duckdb"
    whole = cube.read_bytes()
    cube.write_bytes(whole[:size])
    assert command_line.main(["check"]) == 2
    assert capsys.readouterr().err == (
        f"{cube} is damaged: it has {size:,} bytes in place of {len(whole):,}. "
        f"{REPAIR}\n"
    )
    assert command_line.main(["build", "--full"]) == 0
    assert command_line.main(["check"]) == 0
    assert command_line.main(["show", ATTENDED]) == 0
    assert command_line.main(["prune"]) == 0


def test_a_truncated_cube_of_an_earlier_version_is_repaired(home):
    build = build_of(home)
    (build / "files.json").unlink()
    assert faults(home) == []
    (build / "cube.duckdb").write_bytes((build / "cube.duckdb").read_bytes()[:5000])
    (told,) = faults(home)
    assert "cube.duckdb cannot be opened: " in told
    assert told.endswith(REPAIR)
    pipeline.build(home)
    assert faults(home) == []


def test_a_damaged_build_does_not_keep_what_no_longer_counts(home):
    (import_id, *_) = lake.read_manifest(home)["imports"]
    lake.withdraw(home, import_id, "a test")
    (build_of(home) / "cube.duckdb").write_bytes(b"")
    assert command_line.main(["prune"]) == 0
    assert lake.states(lake.read_manifest(home))[import_id]["state"] == "pruned"
    assert build_of(home).exists()


def test_revisions_outlive_a_damaged_build(home):
    """What the newest readable build knows of earlier figures is carried on."""
    Force(home).receives(
        "incidents",
        """
        incident_ref | created_at                | first_on_scene_at
        c            | 2003-05-07T10:00:00+01:00 | 2003-05-07T10:05:00+01:00
        """,
        extracted="2020-02-01T00:00",
    )
    pipeline.build(home)
    (build_of(home) / "cube.duckdb").write_bytes(b"")
    pipeline.build(home)
    build = opened_build.open_build(home)
    found = build.warehouse.tuples(
        "select was_n from cube.revisions where kpi = ? and area_code = 'QK'",
        [ATTENDED],
    )
    build.close()
    assert found == [(1,)]


def test_a_missing_current_build_is_reported_and_made_again(home):
    shutil.rmtree(build_of(home))
    gone = (home / "builds" / "current").read_text(encoding="utf-8").strip()
    assert faults(home) == [
        f"{home / 'builds' / 'current'} names the build {gone}, which is gone. {REPAIR}"
    ]
    assert command_line.main(["build", "--full"]) == 0
    assert faults(home) == []


def test_lost_and_damaged_lake_files_are_reported_with_their_import(home):
    (one, *_), (other, *_) = (
        lake.current(lake.read_manifest(home), source)
        for source in ("incidents", "calls")
    )
    for file in lake.files(home, [one]):
        file.unlink()
    (cut,) = lake.files(home, [other])
    cut.write_bytes(cut.read_bytes()[:-1])
    told = faults(home)
    for import_, problem in ((one, "2003-05"), (other, str(cut))):
        (about,) = (line for line in told if import_["import_id"] in line)
        assert problem in about
        assert about.endswith(
            "missing or damaged. Restore it from a backup, or withdraw import "
            f"{import_['import_id']} and import {import_['file']} again."
        )
    assert len(told) == 2


def test_a_lake_without_its_manifest_is_reported(home):
    (home / "lake" / "manifest.json").unlink()
    (said, *others) = faults(home)
    file = home / "lake" / "manifest.json"
    assert said.startswith(f"{file} is missing, but the lake holds rows.")
    assert "Put it back" in said
    assert not others


def test_faults_of_a_definition_are_reported_next_to_a_damaged_build(home, product):
    """One run names faults of every kind."""
    product.change(f"sql/kpis/{ATTENDED}.sql", "min_n = 100", 'min_n = "many"')
    product.change("data/mappings/lfb_animal_rescues.toml", '"incidents"', '"fires"')
    product.change("sql/marts/calls.sql", "current.call_id,", "current.cal_id,")
    product.change("sql/findings/call_exported_twice.sql", "says = ", "sais = ")
    (build_of(home) / "cube.duckdb").write_bytes(b"")
    told = faults(home)
    for said in (
        f"{ATTENDED}.sql: min_n = 'many' must be a whole number.",
        "lfb_animal_rescues.toml: There is no source 'fires'.",
        'sql/marts/calls.sql: Binder Error: Values list "current" does not have a ',
        "call_exported_twice.sql: There is no key 'sais'. Did you mean 'says'?",
        "call_exported_twice.sql: the key 'says' is missing.",
        f"{build_of(home) / 'cube.duckdb'} is damaged: it has 0 bytes in place of ",
    ):
        assert sum(line.startswith(said) for line in told) == 1, said
    assert len(told) == 6


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("kpis/ops_999_abandonment", "origin", "orgin", "ops_999_abandonment.sql: "),
        (
            f"kpis/{ATTENDED}", 'dimensions = ["', 'dimensions = ["colour", "',
            f"{ATTENDED}.sql: the select must return a column colour.",
        ),
        (
            f"kpis/{ATTENDED}", "1 as denominator", "1 as denom",
            f"{ATTENDED}.sql: the select must return a column denominator.",
        ),
        (
            "kpis/ops_999_answer_p95", "as value", "as seconds",
            "ops_999_answer_p95.sql: the select must return a column value.",
        ),
        (
            "kpis/ops_repeat_contact_rate", 'reads = ["call_sequence"]',
            'reads = ["call_sequences"]',
            "ops_repeat_contact_rate.sql: reads: There is no mart 'call_sequences'. "
            "Did you mean 'call_sequence'?",
        ),
        (
            "findings/no_arrival_times", "from incidents", "from incident",
            "no_arrival_times.sql: There is no table 'incident'. Did you mean 'incid",
        ),
    ],
)  # fmt: skip
def test_a_statement_is_tried_before_any_export_arrives(
    file, before, after, said, data_dir, product: Product
):
    path = product.root / "sql" / f"{file}.sql"
    header, statement = path.read_text(encoding="utf-8").split("*/", 1)
    if before in header:
        header = header.replace(before, after)
    else:
        statement = statement.replace(before, after)
    product.write(f"sql/{file}.sql", f"{header}*/{statement}")
    (told,) = faults(data_dir)
    assert told.startswith(said)


def test_rows_that_lead_to_no_line_are_reported(home, product):
    """Also where the select does not show it: the references are other ones here."""
    file = f"sql/kpis/{ATTENDED}.sql"
    text = (product.root / file).read_text(encoding="utf-8")
    assert "from incidents" in text
    product.write(
        file,
        text.replace(
            "from incidents",
            "from (select * replace (upper(incident_ref) as incident_ref) "
            "from incidents) as incidents",
        ),
    )
    pipeline.build(home)
    assert faults(home) == [
        f"{ATTENDED}.sql: the row incidents:B leads to no line of a file. Its "
        "row_id must be the source, a colon and the mart's first column."
    ]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (
            "data/mappings/canonical_patrol_monthly.toml",
            [
                "patrol_monthly.toml is a contract without a mapping: write "
                "data/mappings/canonical_patrol_monthly.toml, or one in "
            ],
        ),
        (
            "sql/marts/patrol_monthly.sql",
            [
                "patrol_monthly.toml is a contract without a mart: write the statement "
                "sql/marts/patrol_monthly.sql over current_patrol_monthly."
            ],
        ),
        (
            "data/contracts/patrol_monthly.toml",
            [
                "canonical_patrol_monthly.toml: There is no source 'patrol_monthly'.",
                "ops_single_crewed_share.sql: needs: There is no source 'patrol_month",
                "sql/marts/patrol_monthly.sql is a mart without a contract: write "
                "data/contracts/patrol_monthly.toml, or say in a header of the file",
            ],
        ),
    ],
)
def test_a_source_that_lacks_one_of_its_files_is_reported(
    file, said, data_dir, product
):
    product.remove(file)
    told = sorted(faults(data_dir))
    assert len(told) == len(said)
    for line, beginning in zip(told, said, strict=True):
        assert line.startswith(beginning)
