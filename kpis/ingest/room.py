"""How much an export may become when it is unpacked: a small file can hold a disk full.

A workbook or a compressed file of some kilobytes can say that it is terabytes.
"""

from dataclasses import dataclass

from kpis.errors import SourceFileError

# seven years of the largest force's calls; the disk has room for it on the smallest
# machine that we support
MOST_BYTES = 2 * 2**30


@dataclass
class Room:
    """The bytes that are left for what a file holds."""

    name: str
    left: int

    @classmethod
    def of(cls, name: str) -> "Room":
        """Return the room for a file; `name` is what messages call it."""
        return cls(name, MOST_BYTES)

    def take(self, count: int) -> None:
        """Use some of it; SourceFileError where there is not as much."""
        self.left -= count
        if self.left < 0:
            raise SourceFileError(
                self.name,
                f"unpacked, it is larger than {MOST_BYTES // 10**6:,} MB.",
                remedy="If it is what it says, export it in parts.",
            )
