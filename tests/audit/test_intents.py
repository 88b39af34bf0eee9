"""Over the whole program: what is guarded demands an Intent, and an Intent comes from `AuditLog.act` alone.

Read from the syntax, so that a path no test walks counts too. What is checked:

1. No module but `audit.log` makes an Intent.
2. A function that takes an Intent is called with a name that `with ….act(…) as name` bound, or with the
   caller's own parameter of that type.
3. A function that is registered here as guarded takes an Intent, or opens an act of its own.
4. Whatever is named like a guarded act is registered, or listed as harmless with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import inspector

ROOT = Path(inspector.__file__).parent

GUARDED = {
    "audit/prune.py:remove_segments": "removes segments of the log",
    "audit/prune.py:prune": "opens the act",
    "cli/commands/audit.py:export": "hands out records",
    "cli/commands/audit.py:report_": "hands out a review",
    "cli/commands/audit.py:prune_": "asks, then prunes",
    "cli/commands/export.py:_push": "hands on to push",
    "cli/commands/subject.py:rectify": "plans, then performs",
    "cli/commands/subject.py:export_": "hands on to the export of a person",
    "cli/exporting.py:export": "chooses, then writes in an act",
    "cli/exporting.py:_write": "opens the act",
    "cli/pushing.py:push": "chooses, then sends in an act",
    "cli/pushing.py:_push": "opens the act",
    "cli/screen_export.py:export": "hands on to export",
    "cli/lazy.py:export": "hands on to export",
    "lifecycle/erasure.py:perform": "hands each store on",
    "lifecycle/erasure.py:_store": "opens the act",
    "lifecycle/sealing.py:perform": "opens the act",
    "session/unveiling.py:reveal": "opens the act",
    "session/session.py:reveal": "hands on to unveiling",
    "session/audited.py:reveal": "hands on to the session",
    "cli/lazy.py:reveal": "hands on to the session",
    "tui/loading.py:_reveal": "asks the view",
}
HARMLESS = {
    "audit/prune.py:plan": "only looks",
    "audit/segments.py:seal": "names what a crash left torn",
    "audit/verify.py:seal": "the same, read anew",
    "audit/verify.py:_check_seal": "compares the two",
    "access/envelope.py:seal": "gives back a ciphertext",
    "access/producer.py:seal_value": "the same, for those who write traces",
    "access/sealing.py:seal": "the same, with the keys in use",
    "cli/sealing.py:seal_plan": "only looks",
    "cli/sealing.py:unseal_plan": "only looks",
    "lifecycle/seal.py:plan_seal": "only looks",
    "lifecycle/seal.py:plan_unseal": "only looks",
    "lifecycle/rectify.py:rectify_plan": "only looks",
    "cli/lazy.py:export_kinds": "names what there is",
    "view_exports.py:export_kinds": "a protocol's",
    "view_exports.py:export": "a protocol's",
    "view.py:reveal": "a protocol's",
    "reports/manifest.py:_seal": "hashes the manifest's own words",
    "session/unveiling.py:_may_unlock": "asks the role",
    "stores/edit_records.py:_prune": "counts which parents would be empty",
    "tui/loading.py:reveal": "puts the question to a worker",
    "tui/screens/erasing.py:action_erase": "opens a dialog",
    "tui/screens/exporting.py:action_export": "opens a dialog",
    "tui/screens/unveil.py:action_unlock_field": "opens a dialog",
    "tui/screens/unveil.py:action_unlock_span": "opens a dialog",
}
LIKE_AN_ACT = re.compile(
    r"(^|_)(erase|delete_|purge|prune|reveal|unlock|unseal|seal|rectify|export|push|destroy|revoke|rotate)(_|$)"
)


@dataclass(frozen=True)
class Function:
    file: str
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def id(self) -> str:
        return f"{self.file}:{self.name}"

    @property
    def intents(self) -> list[int]:
        """Positions of parameters of type Intent; keyword-only ones count as -1."""
        args = self.node.args
        found = [i for i, a in enumerate((*args.posonlyargs, *args.args)) if _is_intent(a)]
        return found + [-1 for a in args.kwonlyargs if _is_intent(a)]

    @property
    def intent_names(self) -> set[str]:
        args = self.node.args
        return {a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs) if _is_intent(a)}


def _is_intent(argument: ast.arg) -> bool:
    note = argument.annotation
    return note is not None and re.fullmatch(r"'?Intent'?( \| None)?", ast.unparse(note)) is not None


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def functions(tree: ast.Module, file: str) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(file, node.name, node)


def opened(node: ast.AST) -> set[str]:
    """Names that `with X.act(…) as name` binds anywhere in a function; in the log itself, the maker's."""
    names = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call):
            made = called(inner.value) == "announced"
            names |= {t.id for t in inner.targets if made and isinstance(t, ast.Name)}
        if isinstance(inner, ast.With | ast.AsyncWith):
            for item in inner.items:
                call, name = item.context_expr, item.optional_vars
                if _calls_act(call):
                    names.add(name.id if isinstance(name, ast.Name) else "")
    return names


def _calls_act(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "act"


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


FUNCTIONS = [f for file, tree in trees() for f in functions(tree, file)]
TAKERS = {f.name: f for f in FUNCTIONS if f.intents and f.name != "__init__"}


def problems(function: Function) -> list[str]:
    mine = opened(function.node) | function.intent_names
    found = []
    for call in ast.walk(function.node):
        taker = TAKERS.get(called(call)) if isinstance(call, ast.Call) else None
        if taker is None or (taker.name.startswith("_") and taker.file != function.file):
            continue
        assert isinstance(call, ast.Call)
        given = [a.id for a in call.args if isinstance(a, ast.Name)]
        given += [k.value.id for k in call.keywords if isinstance(k.value, ast.Name)]
        if not mine & set(given):
            found.append(f"{function.id} calls {called(call)} without an Intent of its own")
    return found


def test_only_the_log_makes_intents() -> None:
    makers = [
        file
        for file, tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and called(call) in ("Intent", "announced")
    ]
    assert makers == ["audit/log.py", "intent.py"]


def test_every_caller_hands_on_an_intent_from_act() -> None:
    assert [p for f in FUNCTIONS for p in problems(f)] == []
    outside = [
        f"{file}: {called(call)} is called at import"
        for file, tree in trees()
        for statement in tree.body
        if isinstance(statement, ast.Expr | ast.Assign)
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and called(call) in TAKERS
    ]
    assert outside == []


@pytest.mark.parametrize("id", GUARDED)
def test_what_is_guarded_demands_or_opens(id: str) -> None:
    function = next((f for f in FUNCTIONS if f.id == id), None)
    assert function is not None, "it was renamed: register its new name"
    calls = {called(c) for c in ast.walk(function.node) if isinstance(c, ast.Call)}
    registered = {other.rpartition(":")[2] for other in GUARDED}
    assert function.intents or opened(function.node) or calls & registered


def test_what_looks_like_an_act_is_registered() -> None:
    known = GUARDED.keys() | HARMLESS.keys()
    unknown = [
        f.id
        for f in FUNCTIONS
        if LIKE_AN_ACT.search(f.name) and f.id not in known and not f.intents and not opened(f.node)
    ]
    assert unknown == [], "take an Intent, open an act, or list it with the reason it is harmless"


BAD = """
def erase_rows(store, intent: Intent): ...
def sneak(store): erase_rows(store, None)
def fake(store, intent): erase_rows(store, intent)
def good(log, store):
    with log.act(entry) as intent:
        erase_rows(store, intent)
def handed(store, intent: Intent): erase_rows(store, intent)
"""


def test_the_check_itself_finds_what_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse(BAD)
    here = list(functions(tree, "bad.py"))
    monkeypatch.setitem(TAKERS, "erase_rows", here[0])
    assert [f.name for f in here if problems(f)] == ["sneak", "fake"]
