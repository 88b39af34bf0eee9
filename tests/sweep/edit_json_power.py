"""What a power cut at any point of an edit may leave: every call is recorded, and replayed without what was
not synced.

    python -m tests.sweep.edit_json_power

A file holds what it held at its last fsync, or more; a folder has the names of its last fsync, and of what was
done to names since the first few. In all of these states the store has to be the old one or the new one.
Two bad editors stand beside the real one, and have to be caught: one that syncs nothing, one that writes in
place.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.sweep.edit_json import ROOT, Scene, scenes

CALLS = "openat,write,pwrite64,ftruncate,fsync,fdatasync,linkat,renameat,renameat2,unlinkat,close"
_CALL = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) = (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FD = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2})*)>")
BAD = {
    "nothing synced": "import os; os.fsync = lambda fd: None",
    "in place": "import pathlib, sys; p = pathlib.Path(sys.argv[1]); n = p.with_suffix('.new').read_bytes();"
    " f = p.open('r+b'); f.truncate(0); f.write(n); f.flush(); import os; os.fsync(f.fileno()); sys.exit(0)",
}


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


@dataclass
class File:
    data: bytes
    synced: bytes


@dataclass
class Disk:
    """One folder. `names` is what programs see, `durable` what the disk has, `since` what it may have."""

    names: dict[str, File]
    durable: dict[str, File] = field(default_factory=dict)
    since: list[tuple[str, File | None]] = field(default_factory=list)

    def name(self, name: str, file: File | None) -> None:
        _apply(self.names, name, file)
        self.since.append((name, file))

    def states(self) -> Iterator[dict[str, File]]:
        names = dict(self.durable)
        yield dict(names)
        for name, file in self.since:
            _apply(names, name, file)
            yield dict(names)


def _apply(names: dict[str, File], name: str, file: File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


def record(scene: Scene, folder: Path, before: str) -> list[str]:
    path = scene.lay(folder)
    path.with_suffix(".new").write_bytes(scene.new)
    out = folder.parent / f"{folder.name}.trace"
    code = f"{before}\nimport sys; from pathlib import Path; from tests.sweep.edit_json_scene import main\n"
    code += "sys.exit(main(Path(sys.argv[1]), sys.argv[2]))"
    argv = ["strace", "-f", "-qq", "-xx", "-y", "-s", "100000000", "-o", str(out), "-e", f"trace={CALLS}"]
    argv += [sys.executable, "-c", code, str(path), scene.mode]
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)
    lines = out.read_text().splitlines()
    out.unlink()
    return lines


def replay(lines: list[str], folder: Path, old: bytes, store: str) -> Iterator[dict[str, File]]:
    """Every state that a cut may leave, after every call."""
    first = File(old, old)
    disk = Disk({store: first}, {store: first})
    at: dict[int, tuple[File, int]] = {}
    for line in lines:
        found = _CALL.match(line)
        if found is None or int(found[3]) < 0:
            continue
        call, args, result = found[1], found[2], int(found[3])
        inside = [_bytes(p).decode() for _, p in _FD.findall(args)]
        texts = [_bytes(t) for t in _TEXT.findall(args)]
        fd = int(args.split("<")[0]) if args[:1].isdigit() else -1
        if call == "openat":
            name = _named(inside, texts, folder)
            if name is None or (name not in disk.names and "O_CREAT" not in args):
                continue
            if name not in disk.names:
                disk.name(name, File(b"", b""))
            file = disk.names[name]
            at[result] = (file, len(file.data) if "O_APPEND" in args else 0)
        elif call == "close":
            at.pop(fd, None)
        elif call in ("write", "pwrite64") and fd in at:
            file, position = at[fd]
            start = int(args.rsplit(", ", 1)[1]) if call == "pwrite64" else position
            data = texts[-1][:result]
            file.data = file.data[:start].ljust(start, b"\0") + data + file.data[start + len(data) :]
            if call == "write":
                at[fd] = (file, start + len(data))
        elif call == "ftruncate" and fd in at:
            at[fd][0].data = at[fd][0].data[: int(args.rsplit(", ", 1)[1])]
        elif call in ("fsync", "fdatasync"):
            if fd in at:
                at[fd][0].synced = at[fd][0].data
            elif inside and Path(inside[0]) == folder:
                disk.durable, disk.since = dict(disk.names), []
        elif call in ("linkat", "renameat", "renameat2", "unlinkat") and inside and Path(inside[0]) == folder:
            names = [text.decode() for text in texts]
            if call == "unlinkat":
                disk.name(names[0], None)
            else:
                disk.name(names[1], disk.names[names[0]])
                if call != "linkat":
                    disk.name(names[0], None)
        else:
            continue
        yield from disk.states()


def _named(inside: list[str], texts: list[bytes], folder: Path) -> str | None:
    if not texts:
        return None
    path = Path(texts[0].decode("utf-8", "replace"))
    if not path.is_absolute():
        path = Path(inside[0]) / path if inside else path
    return path.name if path.parent == folder else None


def bad_states(scene: Scene, before: str = "") -> tuple[int, int]:
    """How many states there were, and in how many the store is neither the old one nor the new one."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "stores"
        folder.mkdir()
        lines = record(scene, folder, before)
        states = bad = 0
        for names in replay(lines, folder, scene.old, "store.jsonl"):
            states += 1
            file = names.get("store.jsonl")
            bad += file is None or any(one not in (scene.old, scene.new) for one in (file.data, file.synced))
    return states, bad


def main() -> int:
    good = True
    for scene in scenes(30, ("drop", "spans", "pseudonymise")):
        states, bad = bad_states(scene)
        sys.stdout.write(f"{scene.mode:<13} {states} states, {bad} bad\n")
        good = good and states > 20 and bad == 0
        for name, before in BAD.items():
            states, bad = bad_states(scene, before)
            sys.stdout.write(f"  {name:<15} {states} states, {bad} bad: {'caught' if bad else 'missed'}\n")
            good = good and bad > 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
