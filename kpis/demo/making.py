"""The demo, made from nothing: written as exports, imported and built."""

from collections.abc import Callable

from kpis import pipeline, settings
from kpis.demo.exports import write, write_reference
from kpis.ingest import importer, lake

SCALE, YEARS, SEED = 0.1, 4, 2004


def make(
    scale: float = SCALE,
    years: int = YEARS,
    seed: int = SEED,
    *,
    defects: bool = False,
    tell: Callable[[str], None] = lambda line: None,
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> None:
    """Make the demo in a data directory of its own and have it shown.

    A demo that is there already is replaced. `tell` gets a line for each file.
    """
    target = settings.demo_dir()
    with lake.writing(target):
        lake.clear(target)
    write_reference(target, seed, defects=defects)
    for path in write(
        target / "inbox", scale=scale, years=years, seed=seed, defects=defects
    ):
        source = path.name.split("_2")[0]
        account = importer.import_file(path, f"canonical_{source}", target)
        tell(f"{path.name}: {account['accepted']} rows")
    pipeline.build(target, progress=progress)
    settings.use("demo")
