"""Keys in files: made once, private, the same for everybody who asks at the same moment."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from inspector.errors import StoreError
from inspector.keys.local import local_key


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    first = local_key("audit", tmp_path)
    assert len(first) == 32
    assert local_key("audit", tmp_path) == first
    assert local_key("tags", tmp_path) != first


def test_file_and_folder_are_private(tmp_path: Path) -> None:
    local_key("audit", tmp_path / "keys")
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "audit").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "keys") == ["audit"]


def test_everybody_at_once_gets_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: local_key("audit", tmp_path), range(64)))
    assert len(keys) == 1


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"x" * 32)
    (tmp_path / "audit").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError):
        local_key("audit", tmp_path)


def test_a_damaged_key_is_named_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "audit").write_bytes(b"short")
    with pytest.raises(StoreError, match="5 bytes instead of 32"):
        local_key("audit", tmp_path)
    assert (tmp_path / "audit").read_bytes() == b"short"
