"""A key store in memory."""

from __future__ import annotations

from inspector.keys.states import KeyState


class MemoryStore:
    """Implements `inspector.keys.provider.KeyStore`."""

    def __init__(self) -> None:
        self.items: dict[str, bytes] = {}

    def state(self) -> KeyState:
        return KeyState.READY

    def get(self, name: str) -> bytes | None:
        return self.items.get(name)

    def set(self, name: str, key: bytes) -> None:
        assert len(key) <= 1024
        self.items[name] = key

    def delete(self, name: str) -> None:
        self.items.pop(name, None)
