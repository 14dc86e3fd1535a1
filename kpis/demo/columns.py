"""Arrays of the demo generator as text columns of an export.

Inside the generator an instant is a whole second since 1970 in UTC, and an incident is
the number YYYYMMDDNNNNN. Only here do they become what an export shows.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kpis import settings

Columns = dict[str, np.ndarray]

# later than every instant, so that "has not happened by then" is one comparison; small
# enough that adding a duration to it cannot overflow
NEVER = 1 << 40
NO_INCIDENT = 0
# instead of another row's position
NONE = -1
# instead of a word or an answer; an array, because np.where takes no None
MISSING = np.array(None, object)
INCIDENTS_A_DAY = 100_000

_HOUR, _DAY = 3600, 86400
# every day from 1970 to 2010, every second of a day, both offsets of London
_DATES = pa.array(np.arange("1970", "2011", dtype="datetime64[D]")).cast(pa.string())
_OFFSETS = pa.array(["+00:00", "+01:00"])
_CLOCK = pc.strftime(pa.array(range(_DAY), pa.timestamp("s")), format="T%H:%M:%S")


def rows(columns: Columns, index: np.ndarray) -> Columns:
    """Return the rows chosen by a mask or by positions."""
    return {name: values[index] for name, values in columns.items()}


def stack(*parts: Columns) -> Columns:
    """Return the rows of several sets with the same columns, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def look_up(
    keys: np.ndarray, table: Mapping[str, object], default: object = 0
) -> np.ndarray:
    """Return the table's value for each key."""
    encoded = pa.array(keys, pa.string()).dictionary_encode()
    known = [table.get(key, default) for key in encoded.dictionary.to_pylist()]
    values = np.array([*known, default], object if default is None else None)
    return values[encoded.indices.fill_null(len(known)).to_numpy()]


def local(instants: np.ndarray) -> np.ndarray:
    """Return what London's clock shows, as seconds since 1970 on that clock."""
    return instants + _ahead()[instants // _HOUR]


@cache
def _ahead() -> np.ndarray:
    """Return by how many seconds London's clock is ahead, for each hour to 2010."""
    hours = pd.date_range("1970", "2011", freq="h", tz="UTC")
    shown = hours.tz_convert(settings.TIME_ZONE).tz_localize(None)
    return ((shown - hours.tz_localize(None)) // pd.Timedelta("1s")).to_numpy()


def instants(seconds: np.ndarray) -> pa.Array:
    """Return ISO 8601 text with London's offset, null for NEVER."""
    is_known = seconds < NEVER
    in_utc = np.where(is_known, seconds, 0)
    shown = local(in_utc)
    day, second_of_day = np.divmod(shown, _DAY)
    return pc.binary_join_element_wise(
        _DATES.take(pa.array(day, mask=~is_known)),
        _CLOCK.take(pa.array(second_of_day)),
        _OFFSETS.take(pa.array((shown - in_utc) // 3600)),
        "",
    )


def dates(days: np.ndarray) -> pa.Array:
    """Return ISO 8601 text of days since 1970."""
    return _DATES.take(pa.array(days))


def incident_refs(numbers: np.ndarray) -> pa.Array:
    """Return incident numbers as YYYYMMDD-NNNNN, null for NO_INCIDENT."""
    day, number = np.divmod(numbers, INCIDENTS_A_DAY)
    return pc.if_else(
        pa.array(numbers == NO_INCIDENT),
        None,
        pc.binary_join_element_wise(digits(day, 8), digits(number, 5), "-"),
    )


def digits(numbers: np.ndarray, width: int) -> pa.Array:
    """Return decimal text of a fixed width, with leading zeros."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    figures = (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)
    return pa.array(figures.view(f"S{width}").ravel()).cast(pa.string())


def decimals(values: np.ndarray, places: int) -> pa.Array:
    """Return numbers as text, rounded to so many decimals; NaN becomes null."""
    is_known = ~np.isnan(values)
    units = np.rint(np.where(is_known, values, 0) * 10**places).astype(np.int64)
    whole, part = np.divmod(np.abs(units), 10**places)
    sign = pa.array(np.where(units < 0, "-", "").astype(object), pa.string())
    text = pc.binary_join_element_wise(
        pc.binary_join_element_wise(sign, pa.array(whole).cast(pa.string()), ""),
        digits(part, places),
        ".",
    )
    return pc.if_else(pa.array(is_known), text, None)


def hexadecimals(numbers: np.ndarray, is_missing: np.ndarray) -> pa.Array:
    """Return sixteen hexadecimal digits of each 64-bit number, null where missing."""
    figures = np.frombuffer(numbers.astype(">u8").tobytes().hex().encode(), "S16")
    return pa.array(figures, mask=is_missing).cast(pa.string())


def words(values: np.ndarray) -> pa.Array:
    """Return words as they are, null for None."""
    return pa.array(values, pa.string())


def known(values: np.ndarray, is_known: np.ndarray) -> pa.Array:
    """Return numbers, null where they are not known."""
    return pa.array(values, mask=~is_known)


def nothing(length: int) -> pa.Array:
    """Return a column that this force does not fill."""
    return pa.nulls(length, pa.string())
