"""Kill and fail the editor of JSON stores at every call that touches the disk.

    python -m tests.sweep.edit_json [--short]

A child process ends at, or meets an error in, the Nth call of all that it makes, for every N. Beside that, as
a judge that shares nothing with the program, strace does the same from outside, call by call, to a scene of
its own (tests/sweep/edit_json_scene.py). After each:

- the store is the old one or the new one, byte by byte; overwritten in place, each line is the old or the new;
- the scene, played again, ends well: the store is the new one, nothing lies beside it;
- of the erased ids no byte is left (`inspector.lifecycle.residue`), where they were there before.

Prints one line a call, and the number of points. Exit 1 at the first that doesn't hold.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.lifecycle.residue import residue
from inspector.stores import open_store
from tests.stores.killing import KILLED, Nth, carry_out, forked
from tests.sweep.edit_json_scene import MODES, TOKEN, edits_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "stores" / "otlp" / "openinference.otlp.jsonl"
CALLS = ("write", "pwrite64", "fsync", "linkat", "renameat", "unlinkat")
ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES")


@dataclass
class Scene:
    """A store, what becomes of it, and what is to be gone then."""

    mode: str
    old: bytes
    ids: str
    new: bytes = b""
    needles: list[str] = field(default_factory=list)

    def lay(self, folder: Path) -> Path:
        path = folder / "store.jsonl"
        path.write_bytes(self.old)
        path.with_suffix(".ids").write_text(self.ids)
        return path


def play(path: Path, mode: str) -> int:
    argv = [sys.executable, "-m", "tests.sweep.edit_json_scene", str(path), mode]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, check=False).returncode


def strace(path: Path, mode: str, call: str, *inject: str, out: str = "/dev/null") -> int:
    """One run. Only calls on the store, its folder, and what the edit makes there count."""
    argv = ["strace", "-f", "-qq", "-o", out, "-e", f"trace={call}"]
    for how in inject:
        argv += ["-e", how]
    for name in watched(path):
        argv += ["-P", str(name)]
    argv += [sys.executable, "-m", "tests.sweep.edit_json_scene", str(path), mode]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, check=False).returncode


def watched(path: Path) -> list[Path]:
    from inspector.stores.edit_swap import Spot

    spot = Spot(path)
    try:
        names = [spot.named("op1", kind) for kind in ("tmp", "redo")]
    finally:
        spot.close()
    return [path, path.parent, *(path.parent / name for name in names)]


def count(scene: Scene, call: str) -> int:
    """How often the scene makes this call when nothing is in its way."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("SWEEP_DIR")) as place:
        path, trace = scene.lay(Path(place)), Path(place) / "trace"
        strace(path, scene.mode, call, out=str(trace))
        return sum(f"{call}(" in line for line in trace.read_text().splitlines())


def spread(path: Path) -> Iterator[bytes]:
    """The spans of a store, each on a line of its own: more lines, more calls."""
    for line in path.read_bytes().splitlines():
        for resource in json.loads(line)["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    batch = {**resource, "scopeSpans": [{**scope, "spans": [span]}]}
                    yield json.dumps({"resourceSpans": [batch]}).encode() + b"\n"


def scenes(lines: int, modes: tuple[str, ...] = MODES) -> list[Scene]:
    made = []
    old = b"".join(list(spread(SAMPLE))[:lines])
    for mode in modes:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "store.jsonl"
            path.write_bytes(old)
            store = open_store(path)
            heads = [head for batch in store.scan() for head in batch.spans]
            store.close()
            # Parents and children alike; for whole traces every other one.
            chosen = heads[::3] if mode == "spans" else [h for h in heads if int(h.trace_id[:8], 16) % 2]
            scene = Scene(mode, old, "\n".join(f"{h.trace_id}:{h.span_id}" for h in chosen))
            path = scene.lay(Path(place))
            if play(path, mode):
                raise SystemExit(f"{mode}: the scene doesn't play")
            scene.new = path.read_bytes()
            scene.needles = (
                [TOKEN.decode()] if mode == "pseudonymise"
                else [h.span_id for h in chosen] if mode == "spans"
                else sorted({h.trace_id for h in chosen})
            )  # fmt: skip
            scene.needles = scene.needles[:40]
            path.write_bytes(old)
            if residue([path], scene.needles, texts=[path]).clean or scene.new == old:
                raise SystemExit(f"{mode}: there is nothing to erase")
            made.append(scene)
    return made


def torn(scene: Scene, now: bytes) -> str:
    if scene.mode != "tombstones":
        return "" if now in (scene.old, scene.new) else "torn"
    lines = {*scene.old.splitlines(), *scene.new.splitlines()}
    return "" if len(now) == len(scene.old) and lines.issuperset(now.splitlines()) else "torn"


def check(scene: Scene, path: Path) -> str:
    """What doesn't hold, or an empty text."""
    if wrong := torn(scene, path.read_bytes()):
        return wrong
    if (code := play(path, scene.mode)) != 0:
        return f"resuming ended with {code}"
    if path.read_bytes() != scene.new:
        return "resumed to something else"
    beside = [p.name for p in path.parent.iterdir() if p.name.startswith(".")]
    if beside:
        return f"left {beside}"
    return "" if residue([path], scene.needles, texts=[path]).clean else "residue"


def sweep(scene: Scene, call: str, how: str, step: int) -> int | None:
    total = count(scene, call)
    points = range(1, total + 1, step)
    for nth in points:
        with tempfile.TemporaryDirectory(dir=os.environ.get("SWEEP_DIR")) as place:
            path = scene.lay(Path(place))
            strace(path, scene.mode, call, f"inject={call}:{how}:when={nth}")
            wrong = check(scene, path)
        if wrong:
            sys.stdout.write(f"{scene.mode} {call} {how} {nth} of {total}: {wrong}\n")
            return None
    sys.stdout.write(f"{scene.mode:<13} {call:<9} {how:<13} {len(points)} of {total} points: holds\n")
    sys.stdout.flush()
    return len(points)


def by_strace(lines: int, step: int, errors: tuple[str, ...]) -> int | None:
    """Calls that are made a few times only are swept whole, of the others every `step`-th."""
    points = 0
    for scene in scenes(lines):
        for call in CALLS:
            for how in ("signal=KILL", *(f"error={name}" for name in errors)):
                found = sweep(scene, call, how, step if call in ("write", "pwrite64") else 1)
                if found is None:
                    return None
                points += found
    return points


def by_fork(lines: int, errors: tuple[str, ...]) -> int | None:
    """Every call there is."""
    points = 0
    for scene in scenes(lines):
        for error in ("", *errors):
            found = _forks(scene, getattr(errno, error) if error else 0)
            if isinstance(found, str):
                sys.stdout.write(f"{scene.mode} {error or 'KILL'}: {found}\n")
                return None
            sys.stdout.write(f"{scene.mode:<13} {error or 'KILL':<9} {found} points: holds\n")
            sys.stdout.flush()
            points += found
    return points


def _forks(scene: Scene, error: int) -> int | str:
    with tempfile.TemporaryDirectory(dir=os.environ.get("SWEEP_DIR")) as place:
        path = scene.lay(Path(place))
        edits = edits_of(path, scene.mode)
        for at in range(1, 1_000_000):
            path.write_bytes(scene.old)
            code = forked(path, edits, Nth(at, error))
            if code not in (0, 4 if error else KILLED):
                return f"call {at} ended with {code}"
            if wrong := torn(scene, path.read_bytes()):
                return f"call {at}: {wrong}"
            carry_out(path, edits)
            if path.read_bytes() != scene.new or any(p.name[0] == "." for p in path.parent.iterdir()):
                return f"call {at}: not resumed"
            if code == 0:
                return at - 1
    return "no end"


def main() -> int:
    if shutil.which("strace") is None:
        sys.stdout.write("strace is needed: apt-get install strace\n")
        return 2
    short = "--short" in sys.argv
    kills = by_fork(40 if short else 340, ())
    errors = None if kills is None else by_fork(20, ERRORS[:1] if short else ERRORS)
    outside = None if errors is None else by_strace(*((12, 8, ()) if short else (40, 3, ("ENOSPC", "EIO"))))
    if kills is None or errors is None or outside is None:
        return 1
    sys.stdout.write(f"{kills + errors} points from inside, {outside} by strace: all hold\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
