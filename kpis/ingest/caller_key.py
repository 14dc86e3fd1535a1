"""The key that turns callers' numbers into hashes, and what happens if it changes.

Numbers hashed under two keys cannot be matched, so a repeat caller would look new.
The key therefore never changes by itself, and a changed one is refused while calls
hashed under the old key lie within the repeat window.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from kpis.errors import UserError
from kpis.ingest import lake
from kpis.ingest.lake import ImportRecord, Manifest

# Repeat contact is counted within 7 days, first contact resolution within 14; twice
# the longer of them leaves no window that spans two keys.
REPEAT_WINDOW_DAYS = 28
SHORTEST_KEY = 32
BLOCK_BYTES = 64


@dataclass(frozen=True)
class CallerKey:
    """An HMAC-SHA256 key as the two pads of RFC 2104, and a mark that names it.

    `new_secret` is the key itself while no file has it yet.
    """

    mark: str
    inner_pad: bytes = field(repr=False)
    outer_pad: bytes = field(repr=False)
    new_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Use:
    """An import whose callers were hashed under the key `mark`."""

    import_id: str
    mark: str
    first_day: date
    last_day: date


NO_KEY = CallerKey("", b"", b"")


def _from_text(text: str, new_secret: str = "") -> CallerKey:
    key = text.encode()
    mark = "k" + hashlib.sha256(b"which key is this" + key).hexdigest()[:8]
    if len(key) > BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(BLOCK_BYTES, b"\0")
    return CallerKey(
        mark,
        bytes(byte ^ 0x36 for byte in padded),
        bytes(byte ^ 0x5C for byte in padded),
        new_secret,
    )


def load(data_dir: Path) -> CallerKey:
    """Return the key from DEMAND_CALLER_KEY, from the file `caller_key`, or a new one.

    Raises UserError for a key that is too short or a file that others can read.
    """
    given = os.environ.get("DEMAND_CALLER_KEY")
    path = data_dir / "caller_key"
    if given is not None:
        where = "DEMAND_CALLER_KEY"
    elif path.exists():
        if path.stat().st_mode & 0o077:
            raise UserError(f"{path} can be read by others. Run: chmod 600 {path}")
        where, given = str(path), path.read_text(encoding="utf-8").strip()
    else:
        secret = secrets.token_hex(32)
        return _from_text(secret, secret)
    if len(given) < SHORTEST_KEY:
        raise UserError(
            f"The key in {where} has {len(given)} characters; "
            f"it needs at least {SHORTEST_KEY}."
        )
    return _from_text(given)


def keep(key: CallerKey, data_dir: Path) -> None:
    """Write a new key to the file `caller_key`, with mode 600, before it is used."""
    if key.new_secret:
        handle = os.open(
            data_dir / "caller_key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600
        )
        with os.fdopen(handle, "w") as file:
            file.write(key.new_secret + "\n")


def refuse_changed_key(
    key: CallerKey | None, record: ImportRecord, manifest: Manifest
) -> None:
    """Raise UserError where callers could not be matched with those already held.

    `key` hashed the callers of the new import `record`, if it has any.
    """
    if key is None or not (record["covers_from"] and record["covers_to"]):
        return
    others = [
        Use(
            other["import_id"],
            other["caller_key"],
            date.fromisoformat(other["covers_from"]),
            date.fromisoformat(other["covers_to"]),
        )
        for other in lake.current(manifest, record["source"])
        if other["caller_key"]
        and other["covers_from"]
        and other["covers_to"]
        and other["import_id"] != record["replaces_import"]
    ]
    first = date.fromisoformat(record["covers_from"])
    last = date.fromisoformat(record["covers_to"])
    refuse_change(key, first, last, others)


def refuse_change(
    key: CallerKey, first_day: date, last_day: date, others: Iterable[Use]
) -> None:
    """Raise UserError where another key hashed callers within the repeat window.

    The new file covers `first_day` to `last_day`.
    """
    window = timedelta(days=REPEAT_WINDOW_DAYS)
    for other in others:
        is_near = (
            other.last_day >= first_day - window
            and other.first_day <= last_day + window
        )
        if other.mark != key.mark and is_near:
            raise UserError(
                f"The key that hashes callers' numbers ({key.mark}) is not the one of "
                f"import {other.import_id} ({other.mark}), whose calls run from "
                f"{other.first_day} to {other.last_day}: callers in both could not be "
                "matched. Put the key back (the file caller_key, or "
                "DEMAND_CALLER_KEY). If it is lost for good, withdraw the imports "
                f"within {REPEAT_WINDOW_DAYS} days of this file and import them again."
            )
