"""`*`, `?` and `[` in a path are signs like others: the file of that name is read."""

import json
import shutil

import pytest

from kpis import __main__ as command_line
from kpis.ingest import faulty_rows
from tests.exports import JOB_ROWS, JOBS, held, save, save_mapping, take, values
from tests.reading import CASES

ODD_NAMES = ["da[t]a*?", "a=b", "[a-z]", "x{1,2}", "**", "it's", 'quo"te', "per%20cent"]


def test_case_30_the_file_of_that_name_is_read_and_not_its_neighbour(data_dir):
    folder = CASES / "30_glob_name"
    path = folder / "jobs[1]_extracted_2004-04-02.csv"
    assert (
        command_line.main(["import", str(path), "--mapping", "canonical_incidents"])
        == 0
    )
    rows = held(data_dir, "incidents")
    assert values(rows, "incident_ref") == ["RIGHT1", "RIGHT2"]


@pytest.mark.parametrize(
    "name", ["jobs*.csv", "jobs?.csv", "[j]obs.csv", "jobs[!1].csv"]
)
@pytest.mark.parametrize("kind", ["plain", "copied", "parquet"])
def test_a_file_of_any_name_is_read_whatever_stands_beside_it(
    name, kind, tmp_path_factory, data_dir
):
    inbox = tmp_path_factory.mktemp("inbox")
    save_mapping(data_dir, JOBS)
    other = JOB_ROWS.replace("\n1,", "\n8,").replace("\n2,", "\n9,")
    for neighbour in ("jobs1.csv", "jobs2.csv", "jobs.csv"):
        save(inbox, other, neighbour)
    # a blank line makes a copy, which is read instead
    path = save(inbox, JOB_ROWS + ("\n" if kind == "copied" else ""), name)
    if kind == "parquet":
        as_parquet(path)
    assert take(path, "jobs", data_dir)["accepted"] == 2
    assert values(held(data_dir, "incidents"), "incident_ref") == ["1", "2"]


def as_parquet(path):
    import duckdb

    rows = duckdb.sql(
        "select '1' as \"Job\", '05/11/2003 23:58' as \"Raised\", 'K&C' as \"Borough\" "
        "union all select '2', '06/11/2003 08:15', 'Brent'"
    ).arrow()
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(rows.read_all()), path)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_data_directory_of_any_name_can_be_imported_into(
    name, tmp_path, tmp_path_factory, monkeypatch
):
    home = tmp_path / name
    monkeypatch.setenv("DEMAND_DATA_DIR", str(home))
    save_mapping(home, JOBS)
    decoy = tmp_path / "data"
    path = save(tmp_path_factory.mktemp("inbox"), JOB_ROWS + "3,yesterday,Brent\n3,,\n")
    shutil.copytree(home, decoy)
    account = take(path, "jobs", home)
    assert (account["accepted"], account["quarantined"]) == (2, 2)
    again = save(path.parent, JOB_ROWS + "4,05/11/2003 23:58,Nowhere\n", "later.csv")
    assert take(again, "jobs", home)["duplicates"] == 2
    for fate, count in ((faulty_rows.REFUSED, 2), (faulty_rows.FLAGGED, 0)):
        assert len(faulty_rows.rows(home, account["import_id"], fate)) == count


def test_a_build_in_a_data_directory_of_any_name_shows_its_figures(
    tmp_path, monkeypatch, capsys
):
    home = tmp_path / "da[t]a*?"
    monkeypatch.setenv("DEMAND_DATA_DIR", str(home))
    path = CASES / "30_glob_name" / "jobs[1]_extracted_2004-04-02.csv"
    assert (
        command_line.main(["import", str(path), "--mapping", "canonical_incidents"])
        == 0
    )
    assert command_line.main(["build"]) == 0
    assert command_line.main(["build"]) == 0
    capsys.readouterr()
    asked = ["ops_immediate_attended_in_target", "--from", "2004-03", "--to", "2004-03"]
    assert command_line.main(["show", *asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["n"] == 2
    assert command_line.main(["rows", *asked]) == 0
    assert "RIGHT1" in capsys.readouterr().out
