"""The exports of other forces, through the shipped mappings: known facts of each."""

import hashlib
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from kpis.ingest import importer, lake
from tests.exports import PROJECT, adds_up, everything, held, values

RESCUES = ("lfb_animal_rescues_to_2023-09.csv", "lfb_animal_rescues_to_2023-12.csv")


@pytest.fixture(scope="module")
def fires(real_data, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("fires")
    path = real_data / "lfb_2009_dwelling_fires_attendance.csv"
    return importer.import_file(path, "lfb_dwelling_fires", data_dir), data_dir


def test_dwelling_fires_are_counted_and_attended_as_published(fires):
    lfb, data_dir = fires
    assert (lfb["read"], lfb["accepted"], lfb["filtered"]) == (6708, 6704, 4)
    assert lfb["reasons"] == {"outside_bocu": 4}
    assert lfb["flagged"] == lfb["quarantined"] == lfb["duplicates"] == 0
    rows = held(data_dir, "incidents")
    seconds = (rows["first_on_scene_at"] - rows["created_at"]).dt.total_seconds()
    assert len(rows) == 6704
    assert (seconds <= 360).sum() == 4770
    assert (seconds.min(), seconds.max()) == (5, 1196)
    assert rows["bocu_code"].nunique() == 32


def test_a_fire_is_found_at_its_line(fires, real_data):
    path = real_data / "lfb_2009_dwelling_fires_attendance.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    for row in held(fires[1], "incidents").iloc[::500].itertuples():
        assert lines[row.line - 1].startswith(f"{row.incident_ref},")


def rescues_in(order, real_data, data_dir) -> list[dict]:
    return [
        importer.import_file(real_data / RESCUES[one], "lfb_animal_rescues", data_dir)
        for one in order
    ]


def rows_of_lake(data_dir) -> dict[str, str]:
    """Return a digest of the rows of each file of the lake, by its name."""
    with duckdb.connect() as connection:
        return {
            str(path.relative_to(data_dir)): hashlib.sha256(
                repr(
                    connection.read_parquet(str(path)).order("line").fetchall()
                ).encode()
            ).hexdigest()
            for path in sorted((data_dir / "lake").rglob("*.parquet"))
        }


def current_rows(data_dir) -> list[tuple]:
    """Return the newest version of every row, as (key, content)."""
    rows = held(data_dir, "incidents").drop_duplicates("incident_ref", keep="last")
    rows = rows.sort_values("incident_ref").drop(columns="flags")
    return list(rows.astype(str).itertuples(index=False, name=None))


def content_of_rescues(path) -> pd.DataFrame:
    """Return what the contract keeps of the export, read without the engine."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    is_outside = frame["BoroughCode"].str.match("E09000001|E07")
    kept = ["IncidentNumber", "DateTimeOfCall", "OriginofCall", "BoroughCode"]
    return frame[~is_outside].set_index("IncidentNumber")[[*kept[1:], "PumpCount"]]


def test_two_editions_in_either_order_leave_the_same_lake(real_data, tmp_path):
    older_first = rescues_in((0, 1), real_data, tmp_path / "a")
    newer_first = rescues_in((1, 0), real_data, tmp_path / "b")
    lakes = [rows_of_lake(tmp_path / one) for one in "ab"]
    assert len(lakes[0]) > 300
    assert lakes[0] == lakes[1]
    current = [current_rows(tmp_path / one) for one in "ab"]
    assert len(current[0]) == 10311
    assert current[0] == current[1]

    older, newer = (content_of_rescues(real_data / name) for name in RESCUES)
    both = older.index.intersection(newer.index)
    is_equal = (older.loc[both] == newer.loc[both]).all(axis=1)
    assert len(both) == len(older) == 10090
    for account in (*older_first, *newer_first):
        assert adds_up(account)
        assert account["reasons"] == {"outside_bocu": 21}
    changed = int((~is_equal).sum())
    first, second = older_first
    assert (first["accepted"], first["duplicates"], first["superseded"]) == (
        10090,
        0,
        0,
    )
    assert second["duplicates"] == is_equal.sum()
    assert second["superseded"] == changed
    first, second = newer_first
    assert (first["accepted"], first["duplicates"], first["superseded"]) == (
        10311,
        0,
        0,
    )
    assert second["duplicates"] == is_equal.sum()
    assert second["accepted"] == changed
    assert second["superseded"] == 0


@pytest.fixture(scope="module")
def bank(real_data, tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("bank")
    path = real_data / "anonymous_bank_august.csv"
    return importer.import_file(path, "anonymous_bank", data_dir), data_dir


@pytest.fixture(scope="module")
def bank_log(real_data) -> pd.DataFrame:
    """The log as it is written, with the line of each row."""
    log = pd.read_csv(real_data / "anonymous_bank_august.csv", dtype=str)
    return log.assign(line=log.index + 2)


def test_bank_calls_are_answered_or_abandoned(bank):
    account, data_dir = bank
    assert account["read"] == 42078
    assert account["reasons"] == {"phantom": 310}
    assert adds_up(account)
    rows = held(data_dir, "calls")
    assert rows["outcome"].value_counts().to_dict() == {
        "answered": 31402,
        "abandoned": 10366,
    }
    assert rows["call_id"].is_unique


def test_bank_calls_wait_as_long_as_the_log_says(bank, bank_log):
    rows = held(bank[1], "calls").merge(bank_log, on="line", suffixes=("", "_log"))
    is_queued = (rows["outcome"] == "answered") & (rows["q_start"] != "0:00:00")
    queued = rows[is_queued & rows["answered_at"].notna()]
    waited = (queued["answered_at"] - queued["offered_at"]).dt.total_seconds()
    difference = waited - queued["q_time"].astype(int)
    # the clerk's clock starts within two seconds of the end of the queue
    assert len(queued) > 10000
    assert (difference.abs() <= 2).mean() > 0.98


def test_customers_are_hashed_and_their_numbers_appear_nowhere(bank, bank_log):
    data_dir = bank[1]
    is_given = (bank_log["outcome"] != "PHANTOM") & (bank_log["customer_id"] != "0")
    given = bank_log[is_given]
    rows = held(data_dir, "calls")
    hashes = rows["caller_hash"].dropna()
    assert len(hashes) == len(given)
    assert hashes.nunique() == given["customer_id"].nunique()
    assert hashes.str.fullmatch("k[0-9a-f]{8}:[0-9a-f]{64}").all()
    long = set(given["customer_id"][given["customer_id"].str.len() >= 7].head(50))
    assert len(long) > 40
    text = " ".join(map(str, rows.drop(columns="caller_hash").to_numpy().ravel()))
    files = everything(data_dir)
    for number in long:
        assert number not in text
        for name, content in files.items():
            assert number.encode() not in content, name


def test_public_attitudes_by_borough(real_data, data_dir):
    path = real_data / "mopac_pas_borough.csv"
    account = importer.import_file(path, "mopac_pas_borough", data_dir)
    assert (account["read"], account["accepted"], account["filtered"]) == (
        9312,
        1184,
        8128,
    )
    assert account["quarantined"] == account["flagged"] == 0
    rows = held(data_dir, "published_figures")
    spelt = pd.read_csv(path, sep=";", decimal=",")
    spelt = spelt[spelt["Measure"] == '"Good Job" local'].reset_index(drop=True)
    assert rows["value"].astype(float).tolist() == spelt["Proportion"].tolist()
    assert rows["value"].astype(float).iloc[0] == 0.56
    richmond = spelt["Borough"].str.fullmatch("Richmond [Uu]pon Thames")
    assert spelt[richmond]["Borough"].nunique() == 2
    assert set(rows[richmond.to_numpy()]["area_code"]) == {"TW"}
    assert rows["area_code"].nunique() == 32
    first = rows.iloc[0]
    assert f"{first['period_start_on']:%Y-%m-%d}" == "2014-10-01"
    assert f"{first['period_end_on']:%Y-%m-%d}" == "2014-12-31"


def test_public_attitudes_of_the_force_are_as_published(real_data, data_dir):
    path = real_data / "mopac_pas_total.csv"
    account = importer.import_file(path, "mopac_pas_total", data_dir)
    assert (account["read"], account["accepted"], account["filtered"]) == (291, 37, 254)
    rows = held(data_dir, "published_figures")
    assert values(rows.head(1), "area_code", "n") == [("MPS", None)]
    assert float(rows["value"].iloc[0]) == 0.67


def test_san_diego_does_not_say_when_units_arrived(real_data, data_dir):
    path = real_data / "sandiego_pd_cfs_2023.csv"
    account = importer.import_file(path, "san_diego_calls", data_dir)
    assert account["read"] == account["accepted"] == 26595
    record = lake.read_manifest(data_dir)["imports"][account["import_id"]]
    assert "first_on_scene_at" not in record["columns"]
    assert "created_at" in record["columns"]
    rows = held(data_dir, "incidents")
    assert rows["first_on_scene_at"].isna().all()
    assert rows["bocu_code"].isna().all()
    assert set(rows["grade_first"]) == {"I", "S", "E", "R"}


def test_every_shipped_mapping_is_tried_here_or_is_canonical():
    shipped = {path.stem for path in (PROJECT / "data" / "mappings").glob("*.toml")}
    text = Path(__file__).read_text("utf-8")
    untried = {one for one in shipped if f'"{one}"' not in text}
    assert untried == {one for one in shipped if one.startswith("canonical_")}
