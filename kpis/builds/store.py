"""Where builds lie, and which of them is in use."""

from pathlib import Path


def current_id(data_dir: Path) -> str | None:
    """Return the id of the build in use, or None before the first."""
    pointer = data_dir / "builds" / "current"
    if not pointer.exists():
        return None
    build_id = pointer.read_text(encoding="utf-8").strip()
    # a build that was deleted by hand is not in use
    return build_id if directory(data_dir, build_id).is_dir() else None


def directory(data_dir: Path, build_id: str) -> Path:
    """Return where a build lies."""
    return data_dir / "builds" / build_id


def next_number(data_dir: Path) -> int:
    """Return the number of the next build; numbers give the order of builds."""
    (data_dir / "builds").mkdir(parents=True, exist_ok=True)
    names = [path.name for path in (data_dir / "builds").iterdir() if path.is_dir()]
    return max((int(name.rsplit("-", 1)[1]) for name in names), default=0) + 1
