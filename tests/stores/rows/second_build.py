"""Another build of SQLite in place of the system's: pysqlite3 knows fewer names than Python's own module."""

from __future__ import annotations

import sqlite3
import sys
from importlib import import_module


def stand_in(name: str) -> None:
    """Called before anything that is tested is imported."""
    module = import_module(f"{name}.dbapi2")
    for each in dir(sqlite3):
        if each.startswith("SQLITE_") and not hasattr(module, each):
            setattr(module, each, getattr(sqlite3, each))

    class Connection(module.Connection):
        def setlimit(self, category, limit):
            """Limits guard against hostile stores: no part of what is erased."""
            return limit

    connect = module.connect
    module.connect = lambda *args, **more: connect(*args, **{"factory": Connection, **more})
    module.Connection = Connection
    sys.modules["sqlite3"] = sys.modules["sqlite3.dbapi2"] = module
