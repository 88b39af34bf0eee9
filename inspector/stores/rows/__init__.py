"""Changing rows of a SQLite store: what its schema holds, what goes with a row, and how nothing stays behind."""
