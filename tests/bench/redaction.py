"""How fast `redact` is beside a plain JSON round trip, one core, CPU time, every rule and reading on.

usage: python -m tests.bench.redaction [MEGABYTES] [RUNS] [otlp=FILE.jsonl]

Interleaved runs, medians, ratios of one run only. Two corpora: JSON lines as LLM tools write them, 2% of whose
texts hold personal data or secrets, drawn with a fixed seed; and dense OTLP, the stores in tests/data multiplied
with fresh ids (or a file given). TraceCraft's own processor is measured beside them where it is installed.
"""

from __future__ import annotations

import io
import json
import random
import re
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from inspector.errors import UsageError
from inspector.redaction import Redactor, parse_policy, redact_stream
from inspector.redaction.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.model import Value

STORES = Path(__file__).parents[1] / "data" / "stores"
WORDS = (
    "the agent answer about invoice model result returned query and context of user request search index retrieve"
    " document page summary table column value error retry step plan tool call output input message system policy"
    " refund order shipping status ticket customer question please review following section according report"
    " quarterly revenue growth market analysis however therefore because between version update release config"
).split()


def realistic(size: int, seed: int = 7) -> bytes:
    """About `size` bytes of LLM spans, one a line, 2% of whose texts hold something sensitive."""
    chance = random.Random(seed)
    out: list[bytes] = []
    total = n = 0
    while total < size:
        n += 1
        spans = chance.randint(1, 3)
        row = {
            "trace_id": f"{chance.getrandbits(128):032x}",
            "span_id": f"{chance.getrandbits(64):016x}",
            "name": chance.choice(["chat gpt-4o", "retrieve", "tool.search", "agent.plan"]),
            "start_time_unix_nano": 1_732_300_000_000_000_000 + n * 1_000_003,
            "end_time": f"2026-11-{1 + n % 28:02d}T07:{n % 60:02d}:12.345678Z",
            "attributes": {
                "gen_ai.request.model": "gpt-4o-mini-2024-07-18",
                "gen_ai.usage.input_tokens": chance.randint(10, 4000),
                "gen_ai.request.max_tokens": 4096,
                "score": chance.random(),
                "session.id": f"sess-{chance.getrandbits(40):010x}",
                "url": f"https://api.example.com/v1/items/{chance.getrandbits(32)}?page={n}",
            },
            "messages": [
                {"role": chance.choice(["system", "user", "assistant"]), "content": _text(chance)}
                for _ in range(spans)
            ],
            "output": json.dumps(
                {"answer": _text(chance), "ids": [chance.getrandbits(48) for _ in range(3)]}
            ),
        }
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        out.append(line)
        total += len(line)
    return b"".join(out)


def _text(chance: random.Random) -> str:
    text = " ".join(chance.choices(WORDS, k=chance.randint(20, 180)))
    if chance.random() < 0.15:
        text += f"\n\n- {chance.randint(1, 99)}% of {chance.random():.6f} in v{chance.randint(1, 9)}.{chance.randint(0, 30)}"
    if chance.random() < 0.02:
        name = "".join(chance.choices("abcdefghijklmnop", k=7))
        text += " " + chance.choice(
            (
                f"{name}@example.com",
                f"call +1 415 555 {chance.randint(1000, 9999)}",
                "4242 4242 4242 4242",
                f"sk-ant-api03-{''.join(chance.choices('abcdefghijABCDEFGH0123456789', k=40))}",
                f"password={name}{chance.randint(10, 99)}",
                f"{chance.randint(100, 665)}-{chance.randint(10, 99)}-{chance.randint(1000, 9999)}",
            )
        )
    return text


def dense(size: int) -> bytes:
    """OTLP of the real exporters, multiplied with fresh ids."""
    base = b"".join(
        (STORES / "otlp" / f"{n}.otlp.jsonl").read_bytes() for n in ("openinference", "genai_manual")
    )
    chance = random.Random(11)
    ids = re.compile(rb'("(?:traceId|spanId|parentSpanId)":")([0-9a-f]{16,32})')
    out: list[bytes] = []
    total = 0
    while total < size:
        made = ids.sub(lambda m: m[1] + b"%0*x" % (len(m[2]), chance.getrandbits(4 * len(m[2]))), base)
        out.append(made)
        total += len(made)
    return b"".join(out)


class Sink:
    def write(self, data: bytes, /) -> object:
        return len(data)


def round_trip(data: bytes) -> None:
    for line in data.splitlines():
        orjson.dumps(orjson.loads(line))


def redact(data: bytes) -> None:
    redact_stream(io.BytesIO(data), Sink(), Redactor())


def tracecraft() -> Callable[[bytes], None] | None:
    try:
        from tracecraft.processors.redaction import RedactionProcessor  # type: ignore[import-not-found]
    except ImportError:
        return None

    def run(data: bytes) -> None:
        processor = RedactionProcessor()
        for line in data.splitlines():
            json.dumps(processor.redact_dict(json.loads(line)))

    return run


def cpu(action: Callable[[bytes], None], data: bytes) -> float:
    started = time.process_time()
    action(data)
    return time.process_time() - started


def main(megabytes: int = 32, runs: int = 3, otlp: str = "") -> None:
    size = megabytes << 20
    corpora = {
        "realistic": realistic(size),
        "dense OTLP": Path(otlp).read_bytes()[:size] if otlp else dense(size),
    }
    peer = tracecraft()
    print(
        f"{'corpus':<12}{'MB':>7}{'orjson MB/s':>13}{'redact MB/s':>13}{'ratio':>8}{'TraceCraft':>12}{'times':>8}"
    )
    for name, data in corpora.items():
        data = data[: data.rfind(b"\n") + 1]
        rows = [(cpu(round_trip, data), cpu(redact, data)) for _ in range(runs)]
        base, ours = (statistics.median(column) for column in zip(*rows, strict=True))
        mb = len(data) / 1e6
        line = f"{name:<12}{mb:>7.0f}{mb / base:>13.0f}{mb / ours:>13.1f}{base / ours:>8.2f}"
        if peer is not None:
            sample = data[: data.rfind(b"\n", 0, 2 << 20) + 1]
            theirs = len(sample) / 1e6 / cpu(peer, sample)
            line += f"{theirs:>12.1f}{mb / ours / theirs:>8.0f}"
        print(line)
    started = time.process_time()
    Scanner(Redactor(parse_policy({"packs": ["default", "pci"]})))
    print(f"start, rules and scanner: {time.process_time() - started:.2f} s")
    _single()
    _lengths()


def real_spans() -> list[Value]:
    """Spans of 3 to 5 KB from the stores of the real exporters."""
    found: list[Value] = []
    for path in sorted((STORES / "otlp").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            for resource in orjson.loads(line).get("resourceSpans", ()):
                for scope in resource["scopeSpans"]:
                    found += [s for s in scope["spans"] if 3000 <= len(orjson.dumps(s)) <= 5200]
    return found


def _median(times: list[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered) * 1e3:.2f} ms, p90 {ordered[len(ordered) * 9 // 10] * 1e3:.2f} ms"


def _single() -> None:
    redactor = Redactor()
    cases: dict[str, list[Value]] = {
        "spans of 4 KB from the stores": real_spans(),
        "texts of 4 KB, 2% sensitive": [realistic(6000, seed)[:4096].decode() for seed in range(60)],
        "texts of 4 KB, cut from dense OTLP": [
            dense(20_000)[n : n + 4096].decode("utf-8", "ignore") for n in range(60)
        ],
    }
    for name, values in cases.items():
        for value in values:
            redactor.value(value)
        redactor.with_names(())
        times = []
        for value in values:
            started = time.process_time()
            redactor.value(value)
            times.append(time.process_time() - started)
        print(f"{len(values)} {name}: {_median(times)}")


def _judged(redactor: Redactor, text: str) -> float:
    started = time.process_time()
    redactor.text(text)
    return time.process_time() - started


def _lengths() -> None:
    """Ten times the length against the time: the rules' own patterns, and odd ones that are accepted."""
    for kb in (100, 1000):
        text = realistic(kb * 1024).decode()[: kb * 1000]
        redactor = Redactor()
        started = time.process_time()
        redactor.text(text)
        print(f"a value of {kb} KB: {(time.process_time() - started) * 1e3:.0f} ms")
    for pattern in (r"(a+)+$", r"(a|a)*b", r"(.*)(.*)(.*)x!", r"(?:\w+\s?)+:", r"[a-z]{1,200}Z"):
        try:
            redactor = Redactor(
                parse_policy({"packs": [], "rule": [{"name": "odd", "pattern": pattern, "type": "odd"}]})
            )
        except UsageError:
            print(f"{pattern}: refused")
            continue
        for filler in ("a", "ab c"):
            took = []
            for size in (20_000, 200_000):
                text = filler * (size // len(filler))
                redactor.text(text + "?")
                took.append(min(_judged(redactor, f"{text}{n}") for n in range(3)))
            print(
                f"{pattern} on {filler!r}: {took[1] * 1e3:.1f} ms for 200 KB, {took[1] / took[0]:.1f} x that of 20 KB"
            )


if __name__ == "__main__":
    given = dict(a.split("=", 1) for a in sys.argv[1:] if "=" in a)
    plain = [int(a) for a in sys.argv[1:] if "=" not in a]
    main(*plain, **given)
