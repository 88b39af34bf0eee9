"""What goes with a TraceCraft run or step: a step stands in a row of its own, in the JSON of its run, and in
every saved version of that run. The run's totals are sums over its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from inspector.model import RowPlace
from inspector.stores.edits import Orphans, Owner, Unit
from inspector.stores.formats.json_again import read_again, write_again
from inspector.stores.formats.rows import number, text, whole
from inspector.stores.formats.span_tree import Tree
from inspector.stores.formats.sums import less
from inspector.stores.rows.declared import Belongs, Changed, Gone, Put, by_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from inspector.stores.edits import Cell
    from inspector.stores.rows.declared import Rows

Node: TypeAlias = "dict[str, object]"

_GONE_STEPS: Final = "SELECT key FROM temp.gone WHERE tab = 'steps'"
_GONE_RUNS: Final = "SELECT key FROM temp.gone WHERE tab = 'traces'"
_HELD: Final = ("traces", "trace_versions")
"""Tables whose `data` is a run as JSON."""

BELONGS: Final = by_table(
    Belongs("traces", Unit.TRACE, "traces", "r.id"),
    Belongs("steps", Unit.SPAN, "steps", "r.trace_id", "r.id"),
    Belongs("trace_tags", Unit.TRACE, "tags", "r.trace_id"),
    Belongs("trace_versions", Unit.RECORD, "versions", "r.trace_id"),
    Belongs("playground_iterations", Unit.RECORD, "playground iterations", "r.trace_id", "r.step_id"),
    Belongs("sessions", Unit.RECORD, "sessions"),
    Belongs("projects", Unit.RECORD, "projects"),
)


class TraceCraftEdits:
    belongs = BELONGS
    loose: frozenset[tuple[str, str]] = frozenset()

    def owners(
        self, rows: Rows, table: str, rowid: int, cell: Cell, paths: Sequence[tuple[str | int, ...]]
    ) -> Sequence[Owner] | None:
        """A path into a run's JSON leads to the innermost step around it."""
        place = cell.place
        if table not in _HELD or not isinstance(place, RowPlace) or place.path != ("data",):
            return None
        found = rows.ask(
            f"SELECT {'id' if table == 'traces' else 'trace_id'} FROM {table} WHERE rowid = ?", (rowid,)
        )
        trace = text(found[0][0]) if found else ""
        again = read_again(cell.content)
        owners: dict[Owner, None] = {}
        for path in paths:
            step, at = _innermost(again.value if again else None, path)
            if step:
                owners[
                    Owner(Unit.SPAN, trace, step, "steps", _step_place(rows, trace, step, table, rowid, at))
                ] = None
            else:
                unit, label = (Unit.TRACE, "traces") if table == "traces" else (Unit.RECORD, "versions")
                owners[Owner(unit, trace, "", label, RowPlace(table, rowid))] = None
        return list(owners)

    def gone(self, rows: Rows, orphans: Orphans) -> Iterator[Gone]:
        yield Gone("traces", "SELECT rowid FROM traces WHERE id IN (SELECT id FROM temp.wanted_traces)")
        yield Gone("steps", "SELECT rowid FROM steps WHERE trace_id IN (SELECT id FROM temp.wanted_traces)")
        yield Gone(
            "steps",
            f"SELECT rowid FROM steps WHERE trace_id IN (SELECT id FROM traces WHERE rowid IN ({_GONE_RUNS}))",
        )
        yield Gone(
            "steps",
            "SELECT s.rowid FROM temp.wanted_spans w JOIN steps s ON s.id = w.span AND s.trace_id = w.trace",
        )
        if orphans is Orphans.REMOVE:
            yield Gone(
                "steps",
                "WITH RECURSIVE below(rid, id, trace) AS ("
                f"SELECT rowid, id, trace_id FROM steps WHERE rowid IN ({_GONE_STEPS}) UNION "
                "SELECT c.rowid, c.id, c.trace_id FROM below b JOIN steps c "
                "ON c.trace_id = b.trace AND c.parent_id = b.id) SELECT rid FROM below",
            )
        yield Gone(
            "traces",
            f"SELECT t.rowid FROM traces t WHERE t.id IN (SELECT trace_id FROM steps WHERE rowid IN ({_GONE_STEPS}))"
            f" AND NOT EXISTS (SELECT 1 FROM steps s WHERE s.trace_id = t.id AND s.rowid NOT IN ({_GONE_STEPS}))",
        )
        named = f"SELECT id FROM traces WHERE rowid IN ({_GONE_RUNS})"
        for table in ("trace_tags", "trace_versions", "playground_iterations"):
            if rows.has(table, "trace_id"):
                yield Gone(table, f"SELECT rowid FROM {table} WHERE trace_id IN ({named})")
        if rows.has("playground_iterations", "step_id"):
            steps = f"SELECT id FROM steps WHERE rowid IN ({_GONE_STEPS})"
            yield Gone(
                "playground_iterations", f"SELECT rowid FROM playground_iterations WHERE step_id IN ({steps})"
            )

    def puts(self, rows: Rows, orphans: Orphans) -> Iterator[Put]:
        runs = rows.ask(
            f"SELECT id FROM traces WHERE rowid NOT IN ({_GONE_RUNS}) AND (id IN "
            f"(SELECT trace_id FROM steps WHERE rowid IN ({_GONE_STEPS})) "
            "OR id IN (SELECT trace FROM temp.wanted_spans))"
        )
        for (run,) in runs:
            yield from _mend(rows, text(run), orphans)

    def outside(self, rows: Rows) -> Sequence[str]:
        return ()

    def settle(self, rows: Rows, changed: Changed) -> Iterator[Put]:
        return iter(())


def _innermost(value: object, path: Sequence[str | int]) -> tuple[str, tuple[str | int, ...]]:
    """The id of the last step on the way, and the way to it."""
    step = ""
    way: tuple[str | int, ...] = ()
    for at, part in enumerate(path):
        if isinstance(value, dict) and isinstance(part, str):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            break
        listed = isinstance(part, int) and at > 0 and path[at - 1] in ("steps", "children")
        if listed and isinstance(value, dict) and isinstance(value.get("id"), str):
            step, way = str(value["id"]), tuple(path[: at + 1])
    return step, way


def _step_place(
    rows: Rows, trace: str, step: str, table: str, rowid: int, way: tuple[str | int, ...]
) -> RowPlace:
    found = rows.ask("SELECT rowid FROM steps WHERE id = ? AND trace_id = ?", (step, trace))
    key = whole(found[0][0]) if found else None
    return RowPlace(table, rowid, ("data", *way)) if key is None else RowPlace("steps", key)


def _mend(rows: Rows, run: str, orphans: Orphans) -> Iterator[Put]:
    found = rows.ask(
        f"SELECT rowid, id, parent_id, rowid IN ({_GONE_STEPS}) FROM steps WHERE trace_id = ?", (run,)
    )
    wanted = {text(r[0]) for r in rows.ask("SELECT span FROM temp.wanted_spans WHERE trace = ?", (run,))}
    gone = wanted | {text(row[1]) for row in found if row[3]}
    tree = Tree({text(row[1]): text(row[2]) for row in found}, gone)
    keys = {text(row[1]): whole(row[0]) or 0 for row in found}
    for step in tree.moved():
        yield Put("steps", keys[step], "parent_id", tree.parent(step) or None)
    for table in _HELD:
        if rows.has(table, "data"):
            owner = "id" if table == "traces" else "trace_id"
            for key, data in rows.ask(f"SELECT rowid, data FROM {table} WHERE {owner} = ?", (run,)):
                yield from _mend_run(table, whole(key) or 0, data, gone, orphans)
    yield from _mend_totals(rows, run)


def _mend_run(table: str, key: int, data: object, gone: Collection[str], orphans: Orphans) -> Iterator[Put]:
    again = read_again(data.encode() if isinstance(data, str) else data if isinstance(data, bytes) else b"")
    if again is None or not isinstance(again.value, dict):
        return
    before = list(_all_steps(again.value.get("steps")))
    again.value["steps"] = _without(again.value.get("steps"), gone, None, orphans)
    after = list(_all_steps(again.value["steps"]))
    if len(after) == len(before):
        return
    for name, sum_of in _TOTALS.items():
        if name in again.value:
            again.value[name] = less(again.value[name], sum_of(before), sum_of(after))
    yield Put(table, key, "data", write_again(again))


def _without(steps: object, gone: Collection[str], parent: str | None, orphans: Orphans) -> list[object]:
    """The children of a step that goes take its place, or go with it."""
    kept: list[object] = []
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, dict):
            kept.append(step)
        elif step.get("id") in gone:
            if orphans is Orphans.REPARENT:
                children = _without(step.get("children"), gone, parent, orphans)
                for child in children:
                    if isinstance(child, dict) and "parent_id" in child:
                        child["parent_id"] = parent
                kept += children
        else:
            own = step.get("id")
            if step.get("children"):
                step["children"] = _without(
                    step["children"], gone, own if isinstance(own, str) else None, orphans
                )
            kept.append(step)
    return kept


def _all_steps(steps: object) -> Iterator[Node]:
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            yield step
            yield from _all_steps(step.get("children"))


def _amount(step: Node, *names: str) -> float:
    values = (step.get(name) for name in names)
    return sum(value for value in values if isinstance(value, (int, float)))


_TOTALS: Final[dict[str, Callable[[Sequence[Node]], float]]] = {
    "total_tokens": lambda steps: sum(_amount(s, "input_tokens", "output_tokens") for s in steps),
    "total_cost_usd": lambda steps: sum(_amount(s, "cost_usd") for s in steps),
    "error_count": lambda steps: sum(1 for s in steps if s.get("error")),
}


def _mend_totals(rows: Rows, run: str) -> Iterator[Put]:
    columns = (
        "coalesce(input_tokens, 0) + coalesce(output_tokens, 0), coalesce(cost_usd, 0), error IS NOT NULL"
    )
    steps = rows.ask(f"SELECT {columns}, rowid IN ({_GONE_STEPS}) FROM steps WHERE trace_id = ?", (run,))
    for key, *totals in rows.ask(
        "SELECT rowid, total_tokens, total_cost_usd, error_count FROM traces WHERE id = ?", (run,)
    ):
        for at, (column, total) in enumerate(zip(_TOTALS, totals, strict=True)):
            before = sum(number(step[at]) or 0 for step in steps)
            after = sum(number(step[at]) or 0 for step in steps if not step[3])
            made = less(total, before, after)
            if made != total and isinstance(made, (int, float)):
                yield Put("traces", whole(key) or 0, column, made)
