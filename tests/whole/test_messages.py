"""What the terminal and the imports page say about faults, and about bad layouts."""

import shutil

import pytest

from kpis import __main__ as command_line
from kpis.definitions import expressions, mappings
from kpis.errors import UserError
from kpis.ingest import mapping_choice
from kpis.output import accounts, fault_words
from tests.exports import JOB_ROWS, JOBS, save, save_mapping, take
from tests.reading import CASES


def take_case(case: str, name: str, data_dir) -> dict:
    folder = CASES / case
    mapping = (folder / f"{name}.toml").read_text(encoding="utf-8")
    save_mapping(data_dir, mapping, name)
    return take(folder / f"{name}.csv", name, data_dir)


def flagged(account: dict, data_dir) -> list[str]:
    lines = accounts.of_import(account, data_dir / "quarantine")
    return [line.strip() for line in lines if line.strip().startswith("flagged: ")]


def test_case_16_every_rule_has_a_line_with_its_total(data_dir):
    account = take_case("16_flags", "flags_cut_off", data_dir)
    lines = flagged(account, data_dir)
    assert len(lines) == len(account["flags"]) > 1
    for rule, count in account["flags"].items():
        (line,) = [line for line in lines if rule in line]
        assert f": {count} rows" in line
        assert line.count("(1)") == 3
        assert line.endswith(f" and {count - 3} more")
    # the page says the same
    assert [
        f"flagged: {line}" for line in fault_words.flagged(account["flagged_values"])
    ] == lines


def test_few_values_are_all_shown(tmp_path, data_dir):
    save_mapping(data_dir, JOBS)
    rows = "".join(
        f"{n},05/11/2003 10:00,{'Nowhere' if n % 2 else 'X'}\n" for n in range(9)
    )
    account = take(
        save(tmp_path / "in", f"Job,Raised,Borough\n{rows}"), "jobs", data_dir
    )
    assert flagged(account, data_dir) == [
        "flagged: unknown_code bocu_code: 9 rows, such as 'X' (5), 'Nowhere' (4)"
    ]


def test_case_19_an_expression_s_own_error_is_shown_with_row_and_value(data_dir):
    account = take_case("19_cannot_be_worked_out", "cannot_be_worked_out", data_dir)
    (line,) = flagged(account, data_dir)
    assert "cannot_be_worked_out ended_at: 2 rows, such as line 2: " in line
    assert "2003-11-05 10:00:00.5" in line
    assert "%Y-%m-%d %H:%M:%S" in line


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("cast(Job as integer)::varchar", "Could not convert string 'x3'"),
        ("strptime(Raised, '%Y')::varchar", '"%Y"'),
        ("make_date(Borough::int, 1, 1)::varchar", "Brent"),
    ],
)
def test_a_required_column_that_cannot_be_worked_out_says_why(
    expression, says, tmp_path, data_dir
):
    mapping = JOBS.replace('{ column = "Job" }', f'{{ expression = "{expression}" }}')
    save_mapping(data_dir, mapping)
    content = (
        "Job,Raised,Borough\n\nx3,05/11/2003 10:00,Brent\nx4,05/11/2003 11:00,Brent\n"
    )
    with pytest.raises(UserError) as caught:
        take(save(tmp_path / "in", content), "jobs", data_dir)
    assert "line 3" in str(caught.value)
    assert says in str(caught.value)
    assert "cannot_be_worked_out" in str(caught.value)


BAD = ["broken", "deep", "rpad1e9"]


@pytest.fixture
def with_bad_layouts(data_dir):
    (data_dir / "mappings").mkdir(parents=True)
    for name in BAD:
        shutil.copy(CASES / "35_bad_mappings" / f"{name}.toml", data_dir / "mappings")
    save(data_dir / "mappings", b'title = "\xff"', "bytes.toml")
    save(data_dir / "mappings", "x = " + "[" * 5000, "nested.toml")
    (data_dir / "mappings" / "folder.toml").mkdir()
    save_mapping(data_dir, JOBS)
    return data_dir


def test_case_35_a_bad_layout_is_named_and_the_others_are_offered(with_bad_layouts):
    names = [layout.name for layout in mapping_choice.available(with_bad_layouts)]
    assert {"jobs", "canonical_calls"} <= set(names)
    faults = mapping_choice.broken(with_bad_layouts)
    assert sorted(faults) == sorted([*BAD, "bytes", "nested", "folder"])
    for name, fault in faults.items():
        assert name in fault
        assert len(fault) < 2000


def test_a_bad_layout_never_hides_the_fault_of_the_one_that_was_asked_for(
    with_bad_layouts, tmp_path, capsys
):
    path = save(tmp_path / "in", JOB_ROWS.replace("Raised", "Raised at"), "jobs.csv")
    said = ["--mapping", "jobs", "--extracted-at", "2004-04-01"]
    assert command_line.main(["import", str(path), *said]) == 2
    error = capsys.readouterr().err
    assert "There is no column 'Raised'" in error
    assert "broken" not in error
    good = save(tmp_path / "in", JOB_ROWS, "good.csv")
    assert command_line.main(["import", str(good), *said]) == 0


@pytest.mark.parametrize("name", BAD)
def test_a_bad_layout_that_is_asked_for_says_what_is_wrong(name, with_bad_layouts):
    with pytest.raises(UserError, match=name):
        mappings.load(name, with_bad_layouts)


@pytest.mark.parametrize(
    "expression",
    [
        "rpad('x', 1000000000, 'y')",
        "lpad(Job, 1001, ' ')",
        "rpad(Job, Width::int, ' ')",
        "lower(" * 1500 + "Job" + ")" * 1500,
        "Job || " * 2000 + "Job",
    ],
)
def test_an_expression_that_could_take_minutes_is_refused(expression):
    with pytest.raises(UserError, match="jobs.toml, Job"):
        expressions.check(expression, ["Job", "Width"], "jobs.toml, Job")
    assert expressions.check("lpad(Job, 8, '0')", ["Job"], "jobs.toml, Job") == {"Job"}
