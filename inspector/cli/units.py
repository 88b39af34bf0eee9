"""Units as reports write them, under the name that commands know."""

from inspector.reports.units import duration, milliseconds, moment, money, rfc3339, size

__all__ = ["duration", "milliseconds", "moment", "money", "rfc3339", "size"]
