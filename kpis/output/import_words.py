"""What an import did, or would do, in words: what matters most comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from kpis import formatting, periods
from kpis.definitions import Kpi

Account = Mapping[str, Any]
NOWHERE = "no area"
MOST_RUNS = 3


def warnings(account: Account) -> list[str]:
    """Return what is wrong with the rows that stay, in sentences; often nothing.

    `account` is as `import --json` prints it.
    """
    return [*_lacking(account), *_all_flagged(account)]


def _lacking(account: Account) -> list[str]:
    kept = formatting.count(account["accepted"] + account["duplicates"])
    return [
        f"None of {kept} rows has a {lacking['column']} that can be used, and "
        f"{_indicators(lacking['indicators'])} it. {lacking['remedy']}"
        for lacking in account["lacking"]
    ]


def _indicators(count: int) -> str:
    return "1 indicator needs" if count == 1 else f"{count} indicators need"


def _all_flagged(account: Account) -> list[str]:
    """Return the sentence about a file every row of which is flagged."""
    kept = account["accepted"] + account["duplicates"]
    if account["lacking"] or not kept or account["flagged"] < kept:
        return []
    first = max(account["flags"], key=account["flags"].__getitem__)
    return [
        f"Every row is flagged, most often for {first} ("
        f"{formatting.count(account['flags'][first])} rows): the flagged values are "
        "not used. Look at them below before you rely on these figures."
    ]


def unsure(account: Account) -> str:
    """Say why an edition retires nothing: refused rows may be any; often ""."""
    count = account["unreadable_keys"]
    if account["replaces"] != "period" or not count:
        return ""
    rows = "1 refused row" if count == 1 else f"{formatting.count(count)} refused rows"
    return (
        f"Nothing is retired: {rows} may be any row of the period, because the key "
        "cannot be read. Correct the file and import it again."
    )


@dataclass(frozen=True)
class Move:
    """A figure that an import moves: what it is, where and when, before and after."""

    indicator: str
    where: str
    before: str
    after: str
    cases: str


def moves(
    account: Account, kpis: Mapping[str, Kpi], names: Mapping[str, str]
) -> list[Move]:
    """Return the figures that an import moves most, as its account lists them."""
    return [_move(move, kpis[move["kpi"]], names) for move in account["moves"]]


def _move(move: Account, kpi: Kpi, names: Mapping[str, str]) -> Move:
    first, last = map(date.fromisoformat, (move["period_start"], move["period_end"]))
    measure = kpi.measure

    def figure(when: str) -> str:
        value, n = move[when], move[f"n_{when}"]
        if value is None:
            return formatting.of_state(move[f"state_{when}"])
        words = formatting.figure(value, measure.unit, _cases(measure.counts, n))
        return formatting.with_unit(words, measure.unit)

    before, after = figure("before"), figure("after")
    if before == after and move["before"] is not None:
        before, after = (
            formatting.exact(round(move[when], 4), measure.unit)
            for when in ("before", "after")
        )
    return Move(
        kpi.wording.title,
        f"{names.get(move['area'], move['area'])}, {formatting.span(first, last)}",
        before,
        after,
        " to ".join(formatting.count(move[n]) for n in ("n_before", "n_after")),
    )


def _cases(counts: str, n: float | None) -> float:
    return formatting.cases(counts, float("nan") if n is None else n)


def retired_by_area(retired: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return where and when retired rows lie: area, months, rows; most rows first.

    `retired` is of `effects.retired_rows`.
    """
    if retired.empty:
        return pd.DataFrame(columns=["area", "months", "rows"])
    named = retired.assign(
        area=retired["area_code"].map(lambda code: names.get(code, code) or NOWHERE)
    )
    groups = named.fillna({"area": NOWHERE}).groupby("area")
    table = groups["month"].agg(["min", "max", "size"]).reset_index()
    months = [
        _months(first, last)
        for first, last in zip(table["min"], table["max"], strict=True)
    ]
    found = table.assign(months=months, rows=table["size"])[["area", "months", "rows"]]
    return found.sort_values(["rows", "area"], ascending=[False, True])


def _months(first: str, last: str) -> str:
    start, end = (date.fromisoformat(f"{month}-01") for month in (first, last))
    return formatting.span(start, periods.end_of_month(end))


def touched(account: Account) -> str:
    """Return the months that an import touches: "May to July 2003 and March 2004"."""
    runs: list[list[str]] = []
    for month in account["months"]:
        before = periods.add_months(date.fromisoformat(f"{month}-01"), -1)
        if not runs or runs[-1][-1] != f"{before:%Y-%m}":
            runs.append([])
        runs[-1].append(month)
    if len(runs) > MOST_RUNS:
        count = len(account["months"])
        return f"{count} months from {_months(runs[0][0], runs[-1][-1])}"
    return " and ".join(_months(run[0], run[-1]) for run in runs)


def lead(account: Account, by_area: pd.DataFrame) -> str:
    """Say what taking an import would change, what goes out of the figures first.

    `by_area` is of `retired_by_area`.
    """
    added, replaced, retired = (
        account[name] for name in ("added", "replaced", "retired")
    )
    if retired:
        first = by_area.iloc[0]
        some = "all" if first["rows"] == retired else "most"
        where = f", {some} of them of {first['area']} in {first['months']}"
        is_most = 2 * first["rows"] > retired
        return (
            f"{_rows(retired)} would go out of the figures{where if is_most else ''}."
        )
    if added or replaced:
        return (
            f"{_rows(added)} would be added and {formatting.count(replaced)} replaced; "
            "none would go out of the figures."
        )
    return "No row that counts would change."


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{formatting.count(count)} rows"


def with_key_columns(retired: pd.DataFrame) -> pd.DataFrame:
    """Return retired rows with a column for each column of their key, to download."""
    keys = pd.json_normalize(retired["key"].tolist()).astype(str)
    return pd.concat([retired.drop(columns="key"), keys.add_prefix("key_")], axis=1)


def of_change(change: Account) -> str:
    """Return what withdrawing an import, or undoing that, has changed in words."""
    counts = [formatting.count(change[name]) for name in ("added", "replaced")]
    return (
        f"{change['file']}: {_rows(change['retired'])} count no more, {counts[0]} "
        f"count again, {counts[1]} count with other contents."
    )
