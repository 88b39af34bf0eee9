"""Stores that were edited, opened by the code of the tools that wrote them: they count what is left."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from inspector.stores.edits import Edits
from tests.peers.peer_venvs import ask
from tests.stores.rows.scene import Tokens, carry_out, editor, erasure

STORES = Path(__file__).parents[1] / "data" / "stores"

PHOENIX = """
import json, sys
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session
from phoenix.db import models
engine = create_engine("sqlite:///" + sys.argv[1])
with Session(engine) as session:
    count = lambda table: session.execute(select(func.count()).select_from(table)).scalar()
    spans = session.scalars(select(models.Span)).all()
    print(json.dumps({"traces": count(models.Trace), "spans": len(spans), "sessions": count(models.ProjectSession),
        "attributes": sum(isinstance(s.attributes, dict) for s in spans)}))
"""
MLFLOW = """
import json, os, sys
os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///" + sys.argv[1]
import mlflow
client = mlflow.MlflowClient()
ids = [e.experiment_id for e in client.search_experiments()]
traces, token = [], None
while True:
    page = client.search_traces(experiment_ids=ids, max_results=100, page_token=token)
    traces += page
    token = page.token
    if not token:
        break
print(json.dumps({"traces": len(traces), "spans": sum(len(t.data.spans) for t in traces)}))
"""
LLM = """
import json, sys
import sqlite_utils
from llm.logs import LogStore
db = sqlite_utils.Database(sys.argv[1])
store = LogStore(db)
threads = [row["id"] for row in db["threads"].rows]
messages = sum(len(store.thread_messages(t)) for t in threads)
print(json.dumps({"threads": len(threads), "turns": db["turns"].count, "messages": messages,
    "found": len(list(db["turn_search"].search("reset")))}))
"""
TRACECRAFT = """
import json, sys
from tracecraft.storage.sqlite import SQLiteTraceStore
store = SQLiteTraceStore(sys.argv[1])
runs = store.list_all(limit=10000)
def steps(items): return sum(1 + steps(s.children) for s in items)
print(json.dumps({"runs": len(runs), "steps": sum(steps(r.steps) for r in runs)}))
"""
FOUR = (
    ("phoenix", PHOENIX, "phoenix/phoenix.db"),
    ("mlflow", MLFLOW, "mlflow/mlflow.db"),
    ("small", LLM, "llm/logs.db"),
)


@pytest.fixture
def tokens() -> Tokens:
    import json

    return Tokens([json.loads(line) for line in (STORES / "tokens.jsonl").read_text().splitlines()])


def rows(path: Path, *tables: str) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}


@pytest.mark.parametrize(("peer", "script", "name"), FOUR)
def test_the_writer_opens_what_is_left(
    tmp_path: Path, tokens: Tokens, peer: str, script: str, name: str
) -> None:
    path = Path(shutil.copy(STORES / name, tmp_path / "store.db"))
    path.chmod(0o644)
    carry_out(path, erasure(editor(path), tokens.of("S1")))
    said = ask(peer, script, str(path))
    assert isinstance(said, dict)
    if name.startswith("phoenix"):
        left = rows(path, "traces", "spans", "project_sessions")
        assert (said["traces"], said["spans"], said["sessions"]) == tuple(left.values())
        assert (said["traces"], said["attributes"]) == (260, said["spans"])
    elif name.startswith("mlflow"):
        assert said == {"traces": 95, "spans": rows(path, "spans")["spans"]}
    else:
        left = rows(path, "threads", "turns")
        assert (said["threads"], said["turns"]) == tuple(left.values())
        assert said["messages"] >= said["turns"]


def test_tracecraft_opens_what_is_left(tmp_path: Path) -> None:
    path = Path(shutil.copy(STORES / "tracecraft/runs.db", tmp_path / "runs.db"))
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as connection:
        run = connection.execute("SELECT id FROM traces LIMIT 1").fetchone()[0]
        step = connection.execute(
            "SELECT trace_id, id FROM steps WHERE parent_id IS NOT NULL AND trace_id <> ?", (run,)
        )
        span = step.fetchone()
    carry_out(path, Edits(traces=frozenset({run}), spans=frozenset({span})))
    left = rows(path, "traces", "steps")
    assert ask("small", TRACECRAFT, str(path)) == {"runs": left["traces"], "steps": left["steps"]}
    assert left["traces"] == 59
