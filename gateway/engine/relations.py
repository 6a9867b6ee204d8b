"""Fields that are other rows: one, one of several kinds, many, or one behind a row in between."""

from asyncio import gather
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gateway.engine.columns import there
from gateway.engine.flaws import Place
from gateway.engine.planning import plans
from gateway.engine.run import Run
from gateway.engine.scopes import Member, Scope, Target, Value, indented
from gateway.engine.surprises import Uncovered
from resolvers.loading import One, OneOfKind
from resolvers.refusals import StoreUnavailable
from resolvers.sources import Columns, Model
from resolvers.stores import Row
from schema.entities import BY_MODEL
from schema.fields import Related, RelatedMany
from schema.links import RelatedThrough

NO_KEYS = ("keys.discard(None)", "if not keys:", "    return {}")


def target(scope: Scope, member: Member, model: Model) -> Target:
    return scope.compiler.target(BY_MODEL[model], member.details)


def found_in(scope: Scope, member: Member, source: str) -> Value:
    """What was fetched, if anything was; where there must be something, it is a surprise if there is not."""
    return Value((), source if member.place.is_nullable else f"{scope.module.bind(there, 'there')}({source})")


@plans(Related)
def related(scope: Scope, member: Member, declaration: Related) -> Value:
    *kind, key = scope.read(member)
    if isinstance(declaration.loader, OneOfKind):
        return related_of_kind(scope, member, declaration.loader, f"({kind[0]}, {key})")
    far = target(scope, member, declaration.loader.model)
    found = scope.step(
        member,
        "one",
        f"keys = {member.keys(key)}",
        *NO_KEYS,
        f"found = await run.rows({scope.module.bind(declaration.loader, 'loader')}, keys, {far.wanted(scope.module)})",
        *far.admitted(),
        f"return {far.by_key()}",
    )
    return found_in(scope, member, f"{found}.get({key})")


@plans(RelatedMany)
def related_many(scope: Scope, member: Member, declaration: RelatedMany) -> Value:
    module, far = scope.module, target(scope, member, declaration.loader.model)
    (key,) = scope.read(member)
    found = scope.step(
        member,
        "many",
        f"keys = {member.keys(key)}",
        *NO_KEYS,
        f"found = await run.rows({module.bind(declaration.loader, 'loader')}, keys, {far.wanted(module)})",
        *far.admitted_lists(),
        f"return {far.lists_by_key()}",
    )
    return Value((), f"{found}.get({key}, ())")


@plans(RelatedThrough)
def related_through(scope: Scope, member: Member, declaration: RelatedThrough) -> Value:
    module, far = scope.module, target(scope, member, declaration.loader.model)
    (key,) = scope.read(member)
    via = declaration.between.source.stored(declaration.via)
    next_key, between = module.bind(via, "column"), module.bind((via,), "columns")
    found = scope.step(
        member,
        "one",
        f"keys = {member.keys(key)}",
        *NO_KEYS,
        f"between = await run.rows({module.bind(declaration.between, 'loader')}, keys, {between})",
        f"keys = {{row[{next_key}] for row in between.values()}}",
        *NO_KEYS,
        f"found = await run.rows({module.bind(declaration.loader, 'loader')}, keys, {far.wanted(module)})",
        *far.admitted(),
        f"found = {far.by_key()}",
        f"return {{key: found.get(row[{next_key}]) for key, row in between.items()}}",
    )
    return found_in(scope, member, f"{found}.get({key})")


class Kind(NamedTuple):
    """One of the types that a row may be of, in the order in which the source writes it."""

    loader: One
    columns: Columns
    write: Callable[[Sequence[Row], Run], Any]
    admit: Callable[[Mapping[Any, Row], Any], Mapping[Any, Row]] | None
    is_async: bool


def related_of_kind(scope: Scope, member: Member, loader: OneOfKind, pair: str) -> Value:
    module = scope.module
    kinds = []
    for name, one in loader.kinds.items():
        far = target(scope, member, one.model)
        if far.shape.derived:
            raise Uncovered("derived column of one of several kinds")
        parts = (module.bind(one, "loader"), far.wanted(module), far.shape.name, admitting(scope, far))
        kinds.append(
            f"{module.bind(str(name), 'kind')}: {module.bind(Kind, 'Kind')}({', '.join(parts)}, {far.shape.is_async})"
        )
    by_kind = module.name("kinds_")
    module.define(f"{by_kind} = {{{', '.join(kinds)}}}")
    fetch, place = module.bind(fetched_of_kinds, "fetched_of_kinds"), module.bind(member.place, "place")
    found = scope.step(member, "one", f"return await {fetch}(run, {member.keys(pair)}, {by_kind}, {place})")
    return found_in(scope, member, f"{found}.get({pair})")


def admitting(scope: Scope, far: Target) -> str:
    """Writes the function that leaves out the rows that the viewer may not see; its name, or None."""
    if far.condition is None:
        return "None"
    function = scope.module.name("admitted_")
    scope.module.define(f"def {function}(found, me):", *indented([*far.admitted(), "return found"]))
    return function


async def fetched_of_kinds(
    run: Run, pairs: Iterable[tuple[str, Any]], kinds: Mapping[str, Kind], place: Place
) -> Mapping[tuple[str, Any], Any]:
    """What is written of rows by (kind, key).  Each kind is fetched by itself, and may be away by itself."""
    wanted: dict[str, set[Any]] = {}
    for kind, key in pairs:
        if key is not None:
            wanted.setdefault(kind, set()).add(key)
    found = [(kinds[kind], keys) for kind, keys in wanted.items()]
    written = await gather(*(fetched_of_kind(run, kind, keys, place) for kind, keys in found))
    return {(kind, key): each for kind, rows in zip(wanted, written, strict=True) for key, each in rows.items()}


async def fetched_of_kind(run: Run, kind: Kind, keys: set[Any], place: Place) -> Mapping[Any, Any]:
    try:
        found = await run.rows(kind.loader, keys, kind.columns)
    except StoreUnavailable as refusal:
        return dict.fromkeys(keys, run.flaw(refusal, place))
    if kind.admit is not None:
        found = kind.admit(found, run.me)
    written = kind.write(list(found.values()), run)
    return dict(zip(found, await written if kind.is_async else written, strict=True))
