"""Lists that are told how far to go: parts and lengths of arrays, and the first of the rows of a key."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from gateway.engine.columns import shown
from gateway.engine.flaws import Flawed
from gateway.engine.planning import plans
from gateway.engine.relations import NO_KEYS, target
from gateway.engine.run import Run
from gateway.engine.scopes import Member, Scope, Value
from gateway.engine.variables import Given
from resolvers.loading import order_of
from resolvers.sources import Window
from schema.entities import BY_MODEL
from schema.stretches import Derivation, First, Length, Listed, Part


def derived(scope: Scope, member: Member, declaration: Derivation) -> str:
    """The source of the column that MongoDB makes for this field, which its arguments say."""
    entity = scope.entity

    def prepare(_: Run, given: Given) -> str:
        return declaration.column(entity, given)

    return scope.derived(scope.compiler.prepared(member, prepare))


@plans(Length)
def length(scope: Scope, member: Member, declaration: Length) -> Value:
    return shown(scope.compiler, member.kind, member.details, derived(scope, member, declaration))


@plans(Part)
def part(scope: Scope, member: Member, declaration: Part) -> Value:
    function = scope.module.bind(declaration.function, "compute")
    source = f"{function}({derived(scope, member, declaration)})"
    return shown(scope.compiler, member.kind, member.details, source)


@plans(Listed)
def listed(scope: Scope, member: Member, declaration: Listed) -> Value:
    module, keys = scope.module, derived(scope, member, declaration)
    far = target(scope, member, declaration.loader.model)
    found = scope.step(
        member,
        "listed",
        f"keys = {{key for row in rows{member.allowed} for key in {keys}}}",
        *NO_KEYS,
        f"found = await run.rows({module.bind(declaration.loader, 'loader')}, keys, {far.wanted(module)})",
        *far.admitted(),
        f"return {far.by_key()}",
    )
    return Value((), f"{module.bind(in_order, 'in_order')}({found}, {keys})")


def in_order(found: Mapping[Any, Any], keys: Sequence[Any]) -> Any:
    """What is there of these keys; a flaw where any is wanted and it is not known what is there."""
    if isinstance(found, Flawed):
        return found.flaw if keys else []
    return [found[key] for key in keys if key in found]


@plans(First)
def first(scope: Scope, member: Member, declaration: First) -> Value:
    module, far = scope.module, scope.compiler.shape(BY_MODEL[declaration.pages.model], member.details)
    (key,) = scope.read(member)
    window = scope.compiler.prepared(member, partial(window_of_first, declaration))
    pages = module.bind(declaration.pages, "pages")
    found = scope.step(
        member,
        "first",
        f"window, keys = {window}, list({member.keys(key)})",
        "if not keys or not window.limit:",
        "    return {}",
        f"found = await {pages}.load(run.context.handles, keys, {far.wanted(module)}, window)",
        f"return regrouped(found, {far.call('[row for rows in found.values() for row in rows]')})",
    )
    return Value((), f"{found}.get({key}, ())")


def window_of_first(declaration: First, run: Run, given: Given) -> Window:
    order = order_of(declaration.pages.model, *declaration.pages.order)
    where = BY_MODEL[declaration.pages.model].visibility.condition(run.context.viewer)
    return Window(limit=declaration.bounds.size(given), order=order, where=where)
