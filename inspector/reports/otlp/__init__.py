"""OTLP from shown spans: for sources of other formats, and where content is left out."""

from inspector.reports.otlp.lines import write

__all__ = ["write"]
