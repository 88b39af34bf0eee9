"""Parquet, a row a span, for notebooks: typed columns, read by pandas, Polars, DuckDB and Arrow."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from inspector.errors import UsageError
from inspector.reports.table import COLUMNS, NUMBERS, columns, rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from inspector.reports.chosen import Chosen
    from inspector.reports.manifest import About

_GROUP = 10_000


def write(chosen: Chosen, about: About, out: BinaryIO, names: Sequence[str] = ()) -> None:
    """Raises UsageError where pyarrow isn't installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow.", "pip install 'trace-inspector[parquet]'") from None
    wanted = columns(names or tuple(COLUMNS))
    kinds = {int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    types = [kinds[NUMBERS.get(c.name, str) if c.path is None else str] for c in wanted]
    schema = pyarrow.schema([(column.name, kind) for column, kind in zip(wanted, types, strict=True)])
    every = rows(chosen, wanted)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(every, _GROUP)):
            cells = zip(*group, strict=True)
            arrays = [pyarrow.array(list(c), type=kind) for c, kind in zip(cells, types, strict=True)]
            writer.write_table(pyarrow.table(arrays, schema=schema))
