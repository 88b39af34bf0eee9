"""Cuts the real stores in tests/data/stores down to what sample_traces/ ships.

    python tests/data/cut_samples.py

Nothing is made up: whole traces are left out, the rest stays as its tool wrote it. The OTLP sample is made by
make_sample.py.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

STORES = Path(__file__).parent / "stores"
SAMPLES = Path(__file__).parents[2] / "sample_traces"
RUNS = 5
LONGEST_TURN = 10_000


def tracecraft() -> None:
    """The smallest runs, two failed ones among them."""
    lines = (STORES / "tracecraft/runs.jsonl").read_text(encoding="utf-8").splitlines()
    shortest = sorted(lines, key=len)
    failed = [line for line in shortest if json.loads(line)["error"] is not None]
    others = [line for line in shortest if line not in failed]
    kept = [line for line in lines if line in (*failed[:2], *others[: RUNS - 2])]
    (SAMPLES / "tracecraft.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")


def zipkin() -> None:
    """The first batch of the two."""
    first = (STORES / "zipkin/zipkin_v2.jsonl").read_text(encoding="utf-8").splitlines()[:1]
    (SAMPLES / "zipkin.jsonl").write_text("\n".join(first) + "\n", encoding="utf-8")


def openai_agents() -> None:
    """The first traces, a failed one among them."""
    lines = (STORES / "openai_agents/traces.jsonl").read_text(encoding="utf-8").splitlines()
    values = [json.loads(line) for line in lines]
    failed = next(v["trace_id"] for v in values if v.get("error"))
    order = list(dict.fromkeys(v.get("trace_id", v["id"]) for v in values))
    kept = {*order[:5], failed}
    chosen = [line for line, v in zip(lines, values, strict=True) if v.get("trace_id", v["id"]) in kept]
    (SAMPLES / "openai_agents.jsonl").write_text("\n".join(chosen) + "\n", encoding="utf-8")


def llm() -> None:
    """All threads but those with a very long turn, in small pages."""
    target = SAMPLES / "llm_logs.db"
    shutil.copyfile(STORES / "llm/logs.db", target)
    target.chmod(0o644)
    db = sqlite3.connect(target)
    long = "SELECT turn_id FROM turn_search WHERE length(prompt) + length(response) > ?"
    query = f"SELECT DISTINCT thread_id FROM turns WHERE id IN ({long})"
    threads = [row[0] for row in db.execute(query, (LONGEST_TURN,))]
    for thread in threads:
        db.execute(
            "DELETE FROM turn_search WHERE turn_id IN (SELECT id FROM turns WHERE thread_id = ?)", (thread,)
        )
        db.execute("DELETE FROM turns WHERE thread_id = ?", (thread,))
        db.execute("DELETE FROM threads WHERE id = ?", (thread,))
    db.execute(
        """WITH RECURSIVE kept(hash) AS (
             SELECT tip_message_hash FROM threads UNION SELECT tip_message_hash FROM turns
             UNION SELECT m.parent_hash FROM messages m JOIN kept USING (hash))
           DELETE FROM messages WHERE hash NOT IN (SELECT hash FROM kept WHERE hash IS NOT NULL)"""
    )
    db.execute("DELETE FROM parts WHERE message_hash NOT IN (SELECT hash FROM messages)")
    db.execute("INSERT INTO turn_search_fts(turn_search_fts) VALUES ('optimize')")
    db.commit()
    db.execute("PRAGMA page_size = 1024")
    db.execute("VACUUM")
    db.close()


if __name__ == "__main__":
    tracecraft()
    zipkin()
    openai_agents()
    llm()
