"""SQL that reads a date or time by a mapping's format, the whole text or nothing.

DuckDB's strptime takes some texts for what they do not say: an offset of 99 hours, day
366 of a year with 365, digits that are shared out wrongly where nothing is between
them, a weekday on which that day was not. Only formats that allow it are looked at.
"""

import re

from kpis.warehouse import literal

WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "y": 2, "j": 3}
OFFSET = r"([Zz]|[+-](0\d|1[0-3])(:?[0-5]\d)?|[+-]14(:?00)?)"
# signs of which strptime reads more than one text as the same, or ignores what they say
READ_BACK = set("cDgGjuUVwWxX")
SIGN = re.compile(r"%-?(.)")


def read(raw: str, format_: str) -> str:
    """Return SQL for the moment that a text of this format says, or null."""
    moment = f"try_strptime({raw}, {literal(format_)})"
    checks = _checks(raw, moment, format_)
    if not checks:
        return moment
    return f"case when {' and '.join(checks)} then {moment} end"


def _checks(raw: str, moment: str, format_: str) -> list[str]:
    signs = set(SIGN.findall(format_))
    checks = []
    if signs & READ_BACK:
        checks.append(f"strftime({moment}, {literal(format_)}) = {raw}")
    elif "z" in signs or _has_digits_side_by_side(format_):
        checks.append(f"regexp_full_match({raw}, {literal(_pattern(format_))})")
    if signs & set("aA"):
        weekday = f"lower(strftime({moment}, '%a'))"
        checks.append(f"contains(lower({raw}), {weekday})")
    return checks


def _has_digits_side_by_side(format_: str) -> bool:
    digits = "".join(WIDTHS)
    return bool(re.search(f"%-?[{digits}](?=%-?[{digits}])", format_))


def _pattern(format_: str) -> str:
    """Return a regular expression in which digits side by side have fixed widths."""
    pattern, place = "", 0
    for found in SIGN.finditer(format_):
        pattern += re.escape(format_[place : found.start()])
        place = found.end()
        pattern += _pattern_of(found[1], _has_digits_side_by_side(format_))
    return pattern + re.escape(format_[place:])


def _pattern_of(sign: str, has_fixed_widths: bool) -> str:
    if sign == "z":
        return f" ?{OFFSET}"
    if sign == "%":
        return "%"
    if sign in WIDTHS and has_fixed_widths:
        return rf"\d{{{WIDTHS[sign]}}}"
    if sign in WIDTHS or sign == "f":
        return r"\d+"
    return ".+"
