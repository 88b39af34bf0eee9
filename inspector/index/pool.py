"""Worker processes: started when there is much to read, gone when it is read or no longer wanted."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import orjson

from inspector.index.block import Block
from inspector.index.frames import from_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from inspector.index.worker import Job

_CODE: Final = """import sys, json
sys.path[:] = json.loads(sys.stdin.buffer.readline())
from {} import main
main()
"""
READER: Final = "inspector.index.worker"
_WAIT: Final = 0.1
_AHEAD: Final = 2
"""Jobs that one worker is given at a time."""


T = TypeVar("T")


class NoWorkers(Exception):
    """Processes can't be started, or one of them has died."""


def available() -> bool:
    """Whether pipes can be waited for and descriptors inherited here."""
    return os.name == "posix" and bool(sys.executable)


def workers(wanted: int) -> int:
    """How many processes read: as config says, else one a core, four at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return wanted or max(1, min(cores, 4))


class _Worker:
    def __init__(self, fds: Sequence[int], module: str) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _CODE.format(module)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=tuple(fds),
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise NoWorkers from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self.jobs: deque[int] = deque()
        """Numbers of the jobs it has been given, the one at hand first."""
        self._say(orjson.dumps([os.fspath(p) for p in sys.path]))

    @property
    def pid(self) -> int:
        return self._process.pid

    def fileno(self) -> int:
        return self._out.fileno()

    def tell(self, line: bytes) -> None:
        """Something to know before the first job."""
        self._say(line)

    def give(self, number: int, job: Job) -> None:
        self.jobs.append(number)
        self._say(orjson.dumps(job))

    def _say(self, line: bytes) -> None:
        try:
            self._in.write(line + b"\n")
        except OSError as error:
            raise NoWorkers from error

    def frame(self) -> memoryview | None:
        """The next frame, none at the end of a job; waits for all of it once it has begun."""
        size = int.from_bytes(self._read(8), "little")
        return memoryview(self._read(size)) if size else None

    def _read(self, size: int) -> bytes:
        out = bytearray(size)
        view = memoryview(out)
        while view:
            got = self._out.readinto(view)  # type: ignore[attr-defined]  # a raw file
            if not got:
                raise NoWorkers
            view = view[got:]
        return bytes(out)

    def stop(self) -> None:
        self._process.kill()
        self._in.close()
        self._out.close()
        self._process.wait()


class Crew(Generic[T]):
    """Processes that run a module's `main`. Gives what they make of jobs in the order of the jobs, whoever is
    done first."""

    def __init__(
        self, count: int, fds: Sequence[int], module: str, made: Callable[[memoryview], T], told: bytes = b""
    ) -> None:
        """`made` reads a frame; `told` is a line that each process is given before its jobs."""
        self._made = made
        self._workers: list[_Worker] = []
        try:
            for _ in range(count):
                self._workers.append(_Worker(fds, module))
                if told:
                    self._workers[-1].tell(told)
        except NoWorkers:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        return [worker.pid for worker in self._workers]

    def run(self, jobs: Sequence[Job], stopped: Callable[[], bool]) -> Iterator[tuple[int, T]]:
        """Number of a job and a frame of it. Leaves early when `stopped`; raises NoWorkers if one dies."""
        waiting = deque(enumerate(jobs))
        ready: dict[int, list[T]] = {}
        ended: set[int] = set()
        turn = 0
        self._deal(waiting, turn)
        while turn < len(jobs):
            if stopped():
                return
            for worker in select.select(self._workers, [], [], _WAIT)[0]:
                frame = worker.frame()
                if frame is None:
                    ended.add(worker.jobs.popleft())
                else:
                    ready.setdefault(worker.jobs[0], []).append(self._made(frame))
            self._deal(waiting, turn)
            while turn < len(jobs):
                for made in ready.pop(turn, ()):
                    yield turn, made
                    if stopped():
                        return
                if turn not in ended:
                    break
                turn += 1

    def _deal(self, waiting: deque[tuple[int, Job]], turn: int) -> None:
        for worker in self._workers:
            while waiting and len(worker.jobs) < _AHEAD and waiting[0][0] - turn < 4 * len(self._workers):
                worker.give(*waiting.popleft())

    def close(self) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers = []


class Pool(Crew[Block]):
    """Those that read stores."""

    def __init__(self, count: int, fds: Sequence[int]) -> None:
        super().__init__(count, fds, READER, from_frame)
