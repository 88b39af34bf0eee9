"""What a role may see of a store, as one query about a span: its limits, its teams' services, its kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.errors import Denied, UsageError
from inspector.query.parser import parse
from inspector.query.tree import And, InSpan, Literal, Not, Or, Term, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.access.roles import Role
    from inspector.query.tree import Node


@dataclass(frozen=True, slots=True)
class Limit:
    """`node` holds for a span that exists for the role."""

    node: Node
    services: tuple[tuple[str, ...], ...]

    def permits(self, query: Node) -> None:
        """Raises Denied for a query that asks for a service by name which none of the role's teams has."""
        for service in _named_services(query):
            if not all(any(_like(service, s) for s in some) for some in self.services):
                raise Denied("The service isn't one of your teams'.", "Leave it out to see those that are.")


def limit_of(role: Role) -> Limit | None:
    """None for a role that may see everything. Raises UsageError for a limit that is no query."""
    if not role.limited:
        return None
    nodes: list[Node] = []
    for limit in role.limits:
        try:
            nodes.append(parse(limit))
        except UsageError as error:
            raise UsageError(
                f"The limit of the role {role.name} is no query: {error.what}", error.fix
            ) from None
    nodes += [Term("service", ":", tuple(map(_literal, some))) for some in role.services]
    if role.hidden_kinds:
        kinds = tuple(Literal((kind,)) for kind in sorted(role.hidden_kinds))
        nodes.append(Not(Term("kind", ":", kinds)))
    return Limit(all_of(nodes), role.services)


def _literal(service: str) -> Literal:
    return Literal(tuple(service.split("*")))


def _named_services(node: Node) -> Iterator[str]:
    """Services that a query asks for by name; one that it denies isn't asked for."""
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _named_services(inner)
        case InSpan(inner):
            yield from _named_services(inner)
        case Term(field="service", operands=operands):
            for operand in operands:
                if isinstance(operand, Literal) and operand.plain is not None:
                    yield operand.plain


def _like(service: str, pattern: str) -> bool:
    import fnmatch

    escaped = pattern.replace("[", "[[]").replace("?", "[?]")
    return fnmatch.fnmatchcase(service.casefold(), escaped.casefold())
