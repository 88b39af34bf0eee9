"""One page that needs nothing else: no remote load, no script it can't do without, everything escaped."""

from inspector.reports.html.page import write

__all__ = ["write"]
