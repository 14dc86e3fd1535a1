"""A changed step is made again, with what depends on it; a reformatted one is not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kpis import pipeline, settings, warehouse
from kpis.builds import cube, kpi_rows, mart_statements, store, versions
from kpis.definitions import indicators
from kpis.results import opened_build
from tests.tables import Force

ATTENDED = "ops_immediate_attended_in_target"
MEDIAN = "ops_immediate_response_median"
ANSWERED = "ops_999_answered_in_target"
RATE, SILENT = "ops_calls_per_1000_residents", "no_arrival_times"
INCIDENTS = """
incident_ref | created_at                | first_on_scene_at         | bocu_code
a            | 2003-05-05T12:00:00+01:00 | 2003-05-05T12:09:00+01:00 | QK
b            | 2003-06-05T12:00:00+01:00 | 2003-06-05T12:30:00+01:00 | QK
"""
CALLS = """
call_id | offered_at                | answered_at
c       | 2003-05-05T12:00:00+01:00 | 2003-05-05T12:00:09+01:00
"""


@pytest.mark.parametrize(
    "other",
    [
        "select  a,\n\n b from t",
        "-- why\nselect a, b from t",
        "select a /* not ; this */, b\nfrom t -- last",
        "select a,b from t",
    ],
)
def test_line_breaks_and_comments_do_not_count(other):
    assert versions.of_statements(other) == versions.of_statements("select a, b from t")


@pytest.mark.parametrize(
    ("statement", "other"),
    [
        ("select a from t", "select b from t"),
        ("select 'a  b'", "select 'a b'"),
        ("select '-- a'", "select '-- b'"),
        ("select '/* a */'", "select '/* b */'"),
        ('select "a b"', 'select "a  b"'),
        ("select 'it''s' -- a", "select 'its' -- a"),
        ("select ab", "select a b"),
    ],
)
def test_words_and_texts_count(statement, other):
    assert versions.of_statements(statement) != versions.of_statements(other)


def test_two_statements_are_not_one():
    assert versions.of_statements("a", "b") != versions.of_statements("a b")


@pytest.fixture
def own_sql(tmp_path, monkeypatch) -> Path:
    """A copy of `sql/` that a test may change."""
    place = tmp_path / "sql"
    shutil.copytree(settings.SQL, place)
    monkeypatch.setattr(settings, "SQL", place)
    yield place
    _read_again()


def _read_again() -> None:
    warehouse.text.cache_clear()
    indicators.load.cache_clear()


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Force:
    one = Force(tmp_path_factory.mktemp("built"))
    one.receives("incidents", INCIDENTS)
    one.receives("calls", CALLS)
    pipeline.build(one.data_dir)
    return one


@pytest.fixture
def force(built, own_sql, tmp_path) -> Force:
    """A force with a build, and statements that a test may change."""
    _read_again()
    return built.copy(tmp_path / "force")


def _change(file: Path, how: Callable[[str], str]) -> None:
    text = file.read_text(encoding="utf-8")
    assert how(text) != text
    file.write_text(how(text), encoding="utf-8")
    _read_again()


def _hashes(force: Force) -> dict[str, dict[str, str]]:
    """Return the hashes of the build in use, by what they belong to."""
    opened = opened_build.open_build(force.data_dir)
    found: dict[str, dict[str, str]] = {}
    for what, month, digest in opened.warehouse.tuples(
        "select what, month, hash from cube.inputs"
    ):
        found.setdefault(what, {})[month] = digest
    opened.close()
    return found


def _changed(force: Force, before: dict[str, dict[str, str]]) -> set[str]:
    after = _hashes(force)
    # a year's file changes with any of its indicators
    return {what for what in after if after[what] != before.get(what)} - {"cells"}


def _reformatted(text: str) -> str:
    head, end, select = text.rpartition("*/")
    return f"{head}{end}\n\n-- a comment\n" + select.replace("\n", "\n  ")


def test_a_changed_indicator_is_counted_again_and_no_other(force, own_sql):
    before = _hashes(force)
    _change(
        own_sql / "kpis" / f"{ATTENDED}.sql",
        lambda text: text.replace("grade_first = 'I'", "grade_first in ('I', 'S')"),
    )
    assert pipeline.build(force.data_dir).is_new
    assert _changed(force, before) == {ATTENDED}


def test_a_new_title_counts_nothing_again(force, own_sql):
    before = _hashes(force)
    _change(
        own_sql / "kpis" / f"{ATTENDED}.sql",
        lambda text: text.replace('title = "', 'title = "Other: ', 1),
    )
    assert pipeline.build(force.data_dir).is_new
    assert _changed(force, before) == set()


def test_a_changed_mart_is_written_again_and_what_uses_it(force, own_sql):
    before = _hashes(force)
    _change(
        own_sql / "marts" / "incidents.sql",
        lambda text: (
            text.replace("select", "select\n    1 as added,", 1)
            if text.startswith("select")
            else f"select *, 1 as added from ({text})"
        ),
    )
    assert pipeline.build(force.data_dir).is_new
    changed = _changed(force, before)
    assert {"incidents", ATTENDED, MEDIAN} <= changed
    assert not {"calls", "call_sequence", ANSWERED} & changed


@pytest.mark.parametrize(
    "name", ["marts/incidents", "cube/day_cells", "staging/lake", "checks/"]
)
def test_a_reformatted_statement_is_no_new_build(force, own_sql, name):
    files = sorted(own_sql.glob(f"{name}*.sql"))
    assert files
    for file in files:
        _change(file, _reformatted)
    assert not pipeline.build(force.data_dir).is_new


def test_a_reformatted_indicator_counts_nothing_again(force, own_sql):
    before = _hashes(force)
    _change(own_sql / "kpis" / f"{ATTENDED}.sql", _reformatted)
    pipeline.build(force.data_dir)
    assert _changed(force, before) == set()


def test_a_changed_template_changes_every_statement_it_fills(force, own_sql):
    before = _hashes(force)
    _change(
        own_sql / "cube" / "day_cells.sql",
        lambda text: text.replace("sum(numerator) as", "sum(numerator + 0) as"),
    )
    assert pipeline.build(force.data_dir).is_new
    changed = _changed(force, before)
    assert {ATTENDED, ANSWERED} <= changed
    # medians are counted by another statement, marts by others again
    assert not {"incidents", "calls", MEDIAN} & changed


@pytest.mark.parametrize(
    ("name", "old", "new", "changes", "leaves"),
    [
        ("cube/create_day_cells", "n bigint", "n integer", ATTENDED, MEDIAN),
        ("cube/create_month_values", "value bigint", "value int", MEDIAN, ATTENDED),
        ("results/exposure_residents", "select distinct", "select", RATE, ATTENDED),
        ("findings_store/store", "count(*)", "count(*) + 0", SILENT, ATTENDED),
        ("findings_store/near", "select *", "select distinct *", SILENT, ATTENDED),
        ("findings_store/create", "count bigint", "count integer", SILENT, ATTENDED),
    ],
)
def test_no_statement_behind_a_figure_is_forgotten(
    force, own_sql, name, old, new, changes, leaves
):
    before = _hashes(force)
    _change(own_sql / f"{name}.sql", lambda text: text.replace(old, new))
    assert pipeline.build(force.data_dir).is_new
    changed = _changed(force, before)
    assert changes in changed
    assert leaves not in changed


def test_what_a_program_fills_in_counts(force, monkeypatch):
    before = _hashes(force)
    columns = kpi_rows.columns

    def other(kpi):
        return columns(kpi) | {"product": "sum(numerator * denominator) + 0"}

    monkeypatch.setattr(kpi_rows, "columns", other)
    assert pipeline.build(force.data_dir).is_new
    changed = _changed(force, before)
    assert ATTENDED in changed
    assert not {"incidents", MEDIAN} & changed


def test_another_time_zone_is_a_new_build(force, own_sql):
    before = pipeline.plan_of(force.data_dir)
    _change(
        own_sql / "import" / "use_local_time.sql",
        lambda text: text.replace("Europe/London", "UTC"),
    )
    after = pipeline.plan_of(force.data_dir)
    assert (after.shared, after.digest) != (before.shared, before.digest)
    assert store.current_id(force.data_dir).startswith(before.digest)


def test_a_stricter_check_of_rows_is_a_new_build(force, own_sql):
    before = _hashes(force)
    _change(
        own_sql / "cube" / "rows_are_kept.sql",
        lambda text: text.replace("<>", "is distinct from"),
    )
    assert pipeline.build(force.data_dir).is_new
    assert _changed(force, before) == set()


def test_programs_do_not_count(force, monkeypatch):
    """What a version is made of are statements and values, read from no Python file."""
    read = Path.read_text

    def watched(path: Path, *words, **more) -> str:
        assert path.suffix != ".py", path
        return read(path, *words, **more)

    monkeypatch.setattr(Path, "read_text", watched)
    assert not pipeline.build(force.data_dir).is_new


def test_a_version_is_made_from_what_is_run(force, monkeypatch):
    """Each statement that writes a mart has the version that its hash is made of."""
    run: list[str] = []
    tuples = warehouse.Warehouse.tuples

    def watched(self, sql, values=None):
        run.append(sql)
        return tuples(self, sql, values)

    monkeypatch.setattr(warehouse.Warehouse, "tuples", watched)
    pipeline.build(force.data_dir, is_full=True)
    mart = warehouse.text("marts/incidents")
    written = [sql for sql in run if mart in sql and sql.startswith("copy")]
    assert len(written) == 1
    own = [
        versions.normalised(mart) in versions.normalised(sql)
        for sql in mart_statements.of("incidents")
    ]
    assert own == [True, True, True]
    assert cube.version_of(indicators.get(ATTENDED)) != cube.version_of(
        indicators.get(MEDIAN)
    )
    assert store.current_id(force.data_dir)
