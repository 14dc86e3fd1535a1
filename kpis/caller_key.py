"""The key that turns callers' numbers into hashes, and its absence noticed.

Numbers hashed under two keys cannot be matched, so a repeat caller would look new.
The key therefore never changes by itself, and a changed one is refused while calls
hashed under the old key lie within the repeat window.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kpis.errors import UserError

# Repeat contact is counted within 7 days, first contact resolution within 14; twice
# the longer of them leaves no window that spans two keys.
REPEAT_WINDOW_DAYS = 28
SHORTEST_KEY = 32
BLOCK_BYTES = 64


@dataclass(frozen=True)
class CallerKey:
    """An HMAC-SHA256 key as the two pads of RFC 2104, and a mark that names it."""

    mark: str
    inner_pad: bytes
    outer_pad: bytes


def _from_bytes(key: bytes) -> CallerKey:
    if len(key) > BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(BLOCK_BYTES, b"\0")
    mark = "k" + hashlib.sha256(b"which key is this" + key).hexdigest()[:8]
    return CallerKey(
        mark,
        bytes(byte ^ 0x36 for byte in padded),
        bytes(byte ^ 0x5C for byte in padded),
    )


def load(data_dir: Path) -> CallerKey:
    """Return the key from DEMAND_CALLER_KEY, or from a file made on first use.

    The file `caller_key` has mode 600. Raises UserError for a key that is too
    short or a file that others can read.
    """
    given = os.environ.get("DEMAND_CALLER_KEY")
    if given is not None:
        if len(given) < SHORTEST_KEY:
            raise UserError(
                f"DEMAND_CALLER_KEY has {len(given)} characters; "
                f"it needs at least {SHORTEST_KEY}."
            )
        return _from_bytes(given.encode())
    path = data_dir / "caller_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    if path.stat().st_mode & 0o077:
        raise UserError(f"{path} can be read by others. Run: chmod 600 {path}")
    return _from_bytes(path.read_text(encoding="utf-8").strip().encode())


def refuse_change(
    key: CallerKey, first_day: date, earlier: list[tuple[str, str, date]]
) -> None:
    """Raise UserError where another key hashed calls within the repeat window.

    `earlier` has import, mark of its key and last day covered.
    """
    since = first_day - timedelta(days=REPEAT_WINDOW_DAYS)
    for import_id, mark, last_day in earlier:
        if mark != key.mark and last_day >= since:
            raise UserError(
                f"The key that hashes callers' numbers ({key.mark}) is not the one "
                f"of import {import_id} ({mark}), whose calls run to {last_day}: "
                "callers before and after could not be matched. Put the key back "
                "(the file caller_key, or DEMAND_CALLER_KEY). If it is lost for "
                f"good, withdraw the imports of the last {REPEAT_WINDOW_DAYS} days "
                "before this file and import them again."
            )
