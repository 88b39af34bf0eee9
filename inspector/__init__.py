"""Look into local trace stores, redacted by default."""

__version__ = "0.1.0"
