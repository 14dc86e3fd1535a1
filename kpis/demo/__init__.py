"""A made-up police force, London from 2000 on, as exports that can be imported.

It has the size, the boroughs and the published levels of the Metropolitan Police and
none of its data. A number without a published source is marked as an assumption;
`docs/demo.md` says more.
"""

from kpis.demo import making
from kpis.demo.exports import write, write_reference

__all__ = ["making", "write", "write_reference"]
