"""A made-up police force, London from 2000 on, as exports that can be imported.

It has the size, the boroughs and the published levels of the Metropolitan Police and
nothing of its data. A number without a published source is marked as an assumption
where it stands; `docs/demo.md` tells the whole.
"""

from kpis.demo import making
from kpis.demo.exports import write, write_reference

__all__ = ["making", "write", "write_reference"]
