"""The sample in data/samples/ and the README's commands, which import it."""

import hashlib
import json
import re
import shlex

from kpis.__main__ import main
from kpis.ingest import importer
from tests.exports import PROJECT, adds_up

SAMPLES = PROJECT / "data" / "samples"
FIRES = SAMPLES / "lfb_2009_dwelling_fires_october.csv"
IMPORT, BUILD, SHOW = [
    shlex.split(line)
    for line in re.findall(
        r"^\.venv/bin/python -m kpis (.+)$",
        (PROJECT / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
]


def test_a_sample_matches_its_readme():
    said = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(FIRES.read_bytes()).hexdigest() in said
    days = [line.split(",")[1] for line in FIRES.read_text().splitlines()[1:]]
    assert len(days) == 564
    assert {day[:8] for day in days} == {"2009-10-"}


def test_every_row_of_the_sample_is_accounted_for(data_dir):
    account = importer.import_file(FIRES, "lfb_dwelling_fires", data_dir)
    assert adds_up(account)
    assert (account["read"], account["accepted"], account["filtered"]) == (564, 563, 1)
    assert account["reasons"] == {"outside_bocu": 1}
    assert account["flagged"] == 0


def test_the_commands_of_the_readme_give_a_figure(data_dir, monkeypatch, capsys):
    monkeypatch.chdir(PROJECT)
    for command in (IMPORT, BUILD, SHOW):
        assert main(command) == 0
    assert "4 min 52 s" in capsys.readouterr().out
    assert main([*SHOW, "--json"]) == 0
    (london,) = json.loads(capsys.readouterr().out)
    assert (london["area"], london["n"], london["state"]) == ("MPS", 563, "value")
    # the next sentence of the README
    assert main([*SHOW, "--area", "Brent"]) == 0
    assert "too few" in capsys.readouterr().out
