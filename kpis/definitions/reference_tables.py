"""Reference tables: the facts that the exports do not bring, with dates and sources.

BOCUs, sites, facilities, standards, survey questions, calendar: what each table must
be stands in `data/reference/tables.toml`. A table in the data directory's `reference/`
takes the place of the shipped one.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kpis import settings
from kpis.definitions import reference_contracts
from kpis.definitions.reference_contracts import Row
from kpis.errors import UserError, unknown

# They stand beside figures and move none: no statement that counts reads them.
BESIDE = ("target", "comparator", "series_break")
# whose rows are about an indicator
ABOUT_INDICATORS = ("target", "comparator", "series_break", "standards")
# what holds code and name of the areas of a kind
KINDS = {
    "bocu": ("bocu_code", "borough_name"),
    "site": ("call_site_code", "name"),
    "facility": ("facility_code", "name"),
}


def path(name: str, data_dir: Path) -> Path:
    """Return the file in force for a reference table."""
    own = data_dir / "reference" / f"{name}.csv"
    return own if own.exists() else settings.REFERENCE / f"{name}.csv"


def table(name: str, data_dir: Path) -> pd.DataFrame:
    """Return a reference table with every column of its contract, typed.

    An empty `valid_from` is 1900-01-01, an empty `valid_to` 9999-12-31. Raises
    UserError for one that breaks its contract; codes are not looked up.
    """
    return reference_contracts.frame(
        reference_contracts.tables()[name], _rows(name, data_dir)
    )


def load_all(data_dir: Path) -> dict[str, pd.DataFrame]:
    """Return every reference table by name, as `table` does.

    Shipped rows about places that the force's own tables do not have are left out.
    Raises UserError for any that breaks its contract, for a code that the table
    pointed at lacks, for a code or spelling that stands for two areas, and for a file
    of the force's own that is none of these tables.
    """
    _check_names(data_dir)
    rows = {name: _rows(name, data_dir) for name in reference_contracts.tables()}
    known = _known_codes(rows, data_dir)
    for name in rows:
        rows[name] = _with_known_codes(name, rows[name], known, data_dir)
    _check_satisfied(rows, data_dir)
    _check_targets(rows["target"], path("target", data_dir))
    _check_comparators(rows["comparator"], path("comparator", data_dir))
    for kind in ("area", "facility"):
        spellings(kind, data_dir, [])
    return {
        name: reference_contracts.frame(one, rows[name])
        for name, one in reference_contracts.tables().items()
    }


def digests(data_dir: Path) -> dict[str, str]:
    """Return the SHA-256 of the file in force for each table, by the table's name."""
    return {
        name: hashlib.sha256(path(name, data_dir).read_bytes()).hexdigest()
        for name in reference_contracts.tables()
    }


def digest(data_dir: Path) -> str:
    """Return one hash over the files in force: another if any of them changes."""
    return _digest(digests(data_dir))


def counting_digest(data_dir: Path) -> str:
    """Return one hash over the files by which figures are counted.

    A target that is set, or a comparison that is added, leaves every figure as it is.
    """
    found = digests(data_dir).items()
    return _digest({name: one for name, one in found if name not in BESIDE})


def _digest(found: dict[str, str]) -> str:
    said = [f"{name} {one}" for name, one in sorted(found.items())]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def check_indicators(data_dir: Path, units: Mapping[str, str]) -> None:
    """Raise UserError for a row about an indicator that there is not.

    `units` are the units of all indicators, by id. What is a share is written as one:
    0.8, not 80.
    """
    for name in ABOUT_INDICATORS:
        file = path(name, data_dir)
        for row in _rows(name, data_dir):
            column, kpi_id = _indicator(row)
            if kpi_id and kpi_id not in units:
                problem = f"{unknown('indicator', kpi_id, units)} Correct it."
                raise reference_contracts.fault(file, row.line, column, kpi_id, problem)
            if kpi_id and units[kpi_id].startswith(("percent", "points")):
                _check_shares(file, row)


def _indicator(row: Row) -> tuple[str, str]:
    """Return the column that names an indicator, and its id or ""."""
    if "kpi_id" in row.values:
        return "kpi_id", row.values["kpi_id"].replace("*", "")
    kind, _, name = row.values["applies_to"].partition(":")
    return "applies_to", name if kind == "kpi" else ""


def _check_shares(file: Path, row: Row) -> None:
    for column in ("value", "value_to"):
        value = row.values.get(column)
        if value is not None and abs(value) > 1:
            raise reference_contracts.fault(
                file, row.line, column, f"{value:g}",
                f"It is a share: write {value / 100:g} for {value:g} %.",
            )  # fmt: skip


def areas(data_dir: Path) -> pd.DataFrame:
    """Return code, name and kind (mps, bocu, site, facility) of every area.

    The force comes first, then BOCUs by name, sites and facilities.
    """
    frames = [
        pd.DataFrame({"code": [settings.FORCE], "name": ["MPS"], "kind": ["mps"]})
    ]
    for kind, (code, name) in KINDS.items():
        frame = table(kind, data_dir)[[code, name]].astype("str")
        frame = frame.set_axis(["code", "name"], axis=1).assign(kind=kind)
        frames.append(frame.sort_values("name") if kind == "bocu" else frame)
    return pd.concat(frames).reset_index(drop=True)


def normal(spelling: str) -> str:
    """Return a spelling without case, spaces and signs: "K & C" becomes "kandc".

    `sql/import/normal_spelling.sql` says the same in SQL.
    """
    return re.sub("[^a-z0-9]", "", spelling.lower().replace("&", "and"))


def spellings(reference: str, data_dir: Path, kpi_ids: list[str]) -> dict[str, str]:
    """Return every known spelling, in normal form, with the code it stands for.

    `reference` is bocu, site, area (BOCUs, sites and the force), facility, question
    or kpi. Raises UserError for a spelling of no code or of two.
    """
    known: dict[str, str] = {}
    if reference == "kpi":
        known = {normal(one): one for one in kpi_ids}
    if reference == "question":
        codes = [row.values["question_code"] for row in _rows("question", data_dir)]
        known = {normal(one): one for one in codes}
    if reference == "facility":
        known = _spelt("facility", KINDS["facility"], data_dir)
    if reference in ("site", "area"):
        known = _spelt("site", KINDS["site"], data_dir)
    if reference in ("bocu", "area"):
        # a place that is both, such as Lambeth, is the BOCU unless the code is given
        known |= _bocu_spellings(data_dir)
    if reference == "area":
        known[normal(settings.FORCE)] = settings.FORCE
    # an exact code is looked up as it stands, without the cost of normalising it
    return known | {code.lower(): code for code in known.values()}


def _check_names(data_dir: Path) -> None:
    for file in sorted((data_dir / "reference").glob("*.csv")):
        if file.stem not in reference_contracts.tables():
            problem = unknown(
                "reference table", file.stem, reference_contracts.tables()
            )
            raise UserError(f"{file}: {problem} Rename or remove the file.")


def _rows(name: str, data_dir: Path) -> list[Row]:
    return reference_contracts.read(path(name, data_dir), name)


def _bocu_spellings(data_dir: Path) -> dict[str, str]:
    known = _spelt("bocu", (*KINDS["bocu"], "gss_code"), data_dir)
    codes = {"bocu": set(known.values())}
    rows = _with_known_codes(
        "bocu_spelling", _rows("bocu_spelling", data_dir), codes, data_dir
    )
    file = path("bocu_spelling", data_dir)
    return _by_spelling(file, ("bocu_code", "spelling"), rows, known)


def _spelt(name: str, columns: tuple[str, ...], data_dir: Path) -> dict[str, str]:
    return _by_spelling(path(name, data_dir), columns, _rows(name, data_dir), {})


def _by_spelling(
    file: Path, columns: tuple[str, ...], rows: list[Row], known: dict[str, str]
) -> dict[str, str]:
    """Return `known` with the spellings in a file's columns; the first is the code."""
    known = dict(known)
    for row in rows:
        code = row.values[columns[0]]
        for column in columns:
            spelling = row.values[column] or ""
            plain = normal(spelling)
            if plain and known.setdefault(plain, code) != code:
                raise reference_contracts.fault(
                    file, row.line, column, spelling,
                    f"It stands for {known[plain]} and for {code}: change one of them.",
                )  # fmt: skip
    return known


def _known_codes(rows: dict[str, list[Row]], data_dir: Path) -> dict[str, set[str]]:
    """Return the codes of each table, and of every area; none stands for two areas."""
    known = {
        name: {row.values[one.key[0]] for row in rows[name]}
        for name, one in reference_contracts.tables().items()
    }
    taken = {settings.FORCE: "the force"}
    for kind, (column, _) in KINDS.items():
        for row in rows[kind]:
            code = row.values[column]
            if code in taken:
                raise reference_contracts.fault(
                    path(kind, data_dir), row.line, column, code,
                    f"It is the code of {taken[code]} already: change one of them.",
                )  # fmt: skip
        taken |= dict.fromkeys(known[kind], f"a {kind}")
    return known | {"area": set(taken)}


def _with_known_codes(
    name: str, rows: list[Row], known: dict[str, set[str]], data_dir: Path
) -> list[Row]:
    """Return the rows whose codes are known; UserError for one that is not.

    Shipped rows about places that the force's own tables do not have are left out:
    they are about another force.
    """
    for column in reference_contracts.tables()[name].columns.values():
        if not column.reference:
            continue
        is_foreign = not _is_own(name, data_dir) and _is_own(column.reference, data_dir)
        codes = known[column.reference] | {None}
        for row in rows:
            code = row.values[column.name]
            if code not in codes and not is_foreign:
                problem = unknown(column.reference, code, known[column.reference])
                raise reference_contracts.fault(
                    path(name, data_dir), row.line, column.name, code,
                    f"{problem} Correct it here, or add it there.",
                )  # fmt: skip
        rows = [row for row in rows if row.values[column.name] in codes]
    return rows


def _is_own(name: str, data_dir: Path) -> bool:
    names = KINDS if name == "area" else [name]
    return any(path(one, data_dir).parent != settings.REFERENCE for one in names)


def _check_satisfied(rows: dict[str, list[Row]], data_dir: Path) -> None:
    answers = {
        (row.values["scale_code"], str(row.values["answer_code"]))
        for row in rows["scale"]
    }
    for row in rows["question"]:
        given, scale = row.values["satisfied_codes"], row.values["scale_code"]
        for code in given.split(";"):
            if (scale, code) not in answers:
                raise reference_contracts.fault(
                    path("question", data_dir), row.line, "satisfied_codes", given,
                    f"The scale {scale} has no answer {code}: see scale.csv.",
                )  # fmt: skip


def _check_targets(rows: list[Row], file: Path) -> None:
    """A target has a side and a number, and whoever has none has neither."""
    for row in rows:
        one = row.values
        is_set, is_band = one["status"] != "none", one["comparator"] == "within"
        for column, is_wanted in (
            ("comparator", is_set),
            ("value", is_set),
            ("value_to", is_band),
        ):
            if (one[column] is not None) != is_wanted:
                needed = "A value is required" if is_wanted else "Leave it empty"
                band = f", comparator '{one['comparator'] or ''}'"
                raise reference_contracts.fault(
                    file, row.line, column, "" if is_wanted else one[column],
                    f"{needed} with status '{one['status']}'{band}.",
                )  # fmt: skip
        if is_band and one["value"] >= one["value_to"]:
            raise reference_contracts.fault(
                file, row.line, "value_to", f"{one['value_to']:g}",
                f"It is not above value, {one['value']:g}: correct one of the two.",
            )  # fmt: skip


def _check_comparators(rows: list[Row], file: Path) -> None:
    """Two counts stand together, and in place of the value that they give."""
    for row in rows:
        one = row.values
        counts = [one["numerator"], one["denominator"]]
        if counts.count(None) == 1:
            column = "numerator" if counts[0] is None else "denominator"
            problem = "Numerator and denominator stand together: add it."
            raise reference_contracts.fault(file, row.line, column, "", problem)
        if None in counts:
            continue
        if counts[1] <= 0:
            problem = "It must be above 0."
            value = f"{counts[1]:g}"
            raise reference_contracts.fault(
                file, row.line, "denominator", value, problem
            )
        if one["value"] is not None:
            problem = "It is worked out from the counts beside it: leave it empty."
            value = f"{one['value']:g}"
            raise reference_contracts.fault(file, row.line, "value", value, problem)
