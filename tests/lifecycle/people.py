"""The planted people of the test stores, and what is known to be in them."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from inspector.lifecycle.person import Person

STORES = Path(__file__).parents[1] / "data" / "stores"
TRUTH = {k: v for k, v in json.loads((STORES / "truth.json").read_text()).items() if k != "_"}


def _planted():
    found = defaultdict(list)
    for line in (STORES / "tokens.jsonl").read_text(encoding="utf-8").splitlines():
        token = json.loads(line)
        if token["owner"]:
            found[token["owner"]].append(token["token"])
    return dict(found)


PLANTED = _planted()
SUBJECTS = ("S1", "S2", "S3")
DECOY_OF = {"S1": "D1", "S2": "D3", "S3": "D2"}


def person(owner, mark="5" * 64):
    id, *aliases = PLANTED[owner]
    return Person(id, tuple(aliases), mark)
