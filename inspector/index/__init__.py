"""What lists, filters and sorts run on: structure, and of content only what the redacted list may show."""

from inspector.index.build import Builder
from inspector.index.column_index import ColumnIndex
from inspector.index.columns import NONE
from inspector.index.facts import Label, Totals, TraceFacts
from inspector.index.order import SORT_FIELDS, SortKey, in_order, sort_field

__all__ = [
    "NONE",
    "SORT_FIELDS",
    "Builder",
    "ColumnIndex",
    "Label",
    "SortKey",
    "Totals",
    "TraceFacts",
    "in_order",
    "sort_field",
]
