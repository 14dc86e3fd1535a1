"""What an import did, or would do, in words: what matters most comes first."""

from collections.abc import Mapping
from typing import Any

from kpis import formatting

Account = Mapping[str, Any]


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
