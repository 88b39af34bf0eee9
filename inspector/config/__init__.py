"""Strict configuration: `load` reads it, `Config` answers what is set and where that came from."""

from inspector.config.config import FILE_NAME, SYSTEM_FILE, Config, load
from inspector.config.keys import KEYS, Key, Type, Value
from inspector.config.profiles import PROFILES

__all__ = ["FILE_NAME", "KEYS", "PROFILES", "SYSTEM_FILE", "Config", "Key", "Type", "Value", "load"]
