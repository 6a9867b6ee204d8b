"""Fields that are looked up and are no rows: whether somebody owns something, sums, ranks, how rows were come by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from gateway.engine.columns import shown
from gateway.engine.compiler import Compiler
from gateway.engine.flaws import Flaw
from gateway.engine.planning import plans, plans_root
from gateway.engine.program import Prepare
from gateway.engine.run import Run
from gateway.engine.scopes import Member, Scope, Value, indented
from gateway.engine.variables import Given
from resolvers.chart_cache import JustComputed
from resolvers.entitlements import Entitlements
from resolvers.leaderboards import RANK
from schema.chart_fields import WasKept
from schema.ownership import Owned, Owns, item_of
from schema.rankings import Placed
from schema.summaries import Summary

NOTHING: frozenset[UUID] = frozenset()


@plans(Owned)
def owned(scope: Scope, member: Member, _: Owned) -> Value:
    loader = scope.module.bind(Entitlements, "loader")
    (item,) = scope.read(member)
    found = scope.step(
        member, "owned", "if run.me is None:", "    return {}", f"return await run.rows({loader}, (run.me,), ())"
    )
    return Value((), f"{scope.module.bind(is_among, 'is_among')}({item}, {found}, run.me)")


@plans(Owns)
def owns(scope: Scope, member: Member, declaration: Owns) -> Value:
    loader = scope.module.bind(Entitlements, "loader")
    (owner,) = scope.read(member)
    item = scope.compiler.prepared(member, item_asked(declaration))
    found = scope.step(member, "owned", f"return await run.rows({loader}, {member.keys(owner)}, ())")
    return Value((), f"{scope.module.bind(is_among, 'is_among')}({item}, {found}, {owner})")


def is_among(item: UUID, owned_items: Mapping[UUID, frozenset[UUID]], owner: UUID | None) -> bool | Flaw:
    """Whether a person owns an item; a flaw where that is not known."""
    items: frozenset[UUID] | Flaw = owned_items.get(owner, NOTHING) if owner is not None else NOTHING
    return items if isinstance(items, Flaw) else item in items


@plans_root(Owns)
def viewer_owns(compiler: Compiler, member: Member, declaration: Owns) -> str:
    module, function = compiler.module, compiler.module.name("root_owns_")
    item = compiler.prepared(member, item_asked(declaration))
    body = [
        "if run.me is None:",
        "    return False",
        f"found = await run.rows({module.bind(Entitlements, 'loader')}, (run.me,), ())",
        f"return {item} in found.get(run.me, {module.bind(NOTHING, 'nothing')})",
    ]
    module.define(f"async def {function}(run):", *indented(body))
    return function


def item_asked(declaration: Owns) -> Prepare:
    def prepare(_: Run, given: Given) -> UUID:
        return item_of(given[declaration.item])

    return prepare


@plans(Summary)
def summary(scope: Scope, member: Member, declaration: Summary) -> Value:
    module = scope.module
    (key,) = scope.read(member)
    loads = [f"run.rows({module.bind(loader, 'loader')}, keys, ())" for loader in declaration.loaders]
    compute, summed_up = module.bind(declaration.function, "compute"), module.bind(sums, "sums")
    found = scope.step(
        member,
        "sums",
        f"keys = {member.keys(key)}",
        f"return {summed_up}({compute}, keys, await gather({', '.join(loads)}))",
    )
    value, flaw = module.name("value_"), module.bind(Flaw, "Flaw")
    written = shown(scope.compiler, member.kind, member.details, value)
    lines = [
        f"{value} = {found}.get({key})",
        f"if {value}.__class__ is not {flaw}:",
        *indented([*written.lines, f"{value} = {written.source}"]),
    ]
    return Value(lines, value)


def sums(
    function: Callable[..., object], keys: Iterable[Any], found: Sequence[Mapping[Any, Any]]
) -> Mapping[Any, object]:
    return {key: function(*[each.get(key) for each in found]) for key in keys}


@plans(Placed)
def placed(scope: Scope, member: Member, _: Placed) -> Value:
    return shown(scope.compiler, member.kind, member.details, f"row[{scope.module.bind(RANK, 'column')}]")


@plans(WasKept)
def was_kept(scope: Scope, _: Member, __: WasKept) -> Value:
    return Value((), f"not isinstance(row, {scope.module.bind(JustComputed, 'JustComputed')})")
