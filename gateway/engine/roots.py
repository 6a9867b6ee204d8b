"""Fields of the root that are rows: the viewer's own, those with an id or a name, the best, and any by chance."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from gateway.engine.compiler import Compiler
from gateway.engine.planning import plans_root
from gateway.engine.program import Prepare
from gateway.engine.run import Run
from gateway.engine.scopes import Member, indented, with_me
from gateway.engine.variables import Given
from resolvers.conditions import Condition
from resolvers.loading import One
from resolvers.sources import Columns, Model
from resolvers.stores import Row
from schema.entities import BY_MODEL, BY_NAME, Entity
from schema.filters import key_of
from schema.lookups import Identifiable, Named, ViewersOwn
from schema.newest import NewestOf
from schema.rankings import Ranked, RankedOf, size_of
from schema.samples import Sampled


def single(compiler: Compiler, member: Member, model: Model, loader: str, key: str) -> str:
    """Writes the function that answers with the row of a key, and returns its name."""
    module, far = compiler.module, compiler.target(BY_MODEL[model], member.details)
    function = module.name("root_row_")
    body = [
        f"loader, key = {loader}, {key}",
        "if key is None:",
        "    return None",
        f"found = await run.rows(loader, (key,), {far.wanted(module)})",
        *far.admitted(),
        "if not found:",
        "    return None",
        f"return ({far.shape.call('list(found.values())')})[0]",
    ]
    module.define(f"async def {function}(run):", *indented(with_me(body)))
    return function


@plans_root(ViewersOwn)
def viewers_own(compiler: Compiler, member: Member, declaration: ViewersOwn) -> str:
    loader = compiler.module.bind(declaration.loader, "loader")
    return single(compiler, member, declaration.loader.model, loader, "run.me")


@plans_root(Identifiable)
def identifiable(compiler: Compiler, member: Member, declaration: Identifiable) -> str:
    name = BY_MODEL[declaration.loader.model].name

    def prepare(_run: Run, given: Given) -> Any:
        return key_of(name, given["id"])

    loader = compiler.module.bind(declaration.loader, "loader")
    return single(compiler, member, declaration.loader.model, loader, compiler.prepared(member, prepare))


@plans_root(Named)
def named(compiler: Compiler, member: Member, declaration: Named) -> str:

    def prepare(_run: Run, given: Given) -> tuple[One, Any]:
        return declaration.wanted(given)

    prepared = compiler.prepared(member, prepare)
    return single(compiler, member, declaration.loader.model, f"{prepared}[0]", f"{prepared}[1]")


Rows: TypeAlias = Callable[[Run, Any, Columns], Awaitable[Sequence[Row] | None]]


def several(compiler: Compiler, member: Member, entity: Entity, prepare: Prepare, rows: Rows) -> str:
    """Writes the function that answers with the rows that a function fetches, and returns its name."""
    module, shape = compiler.module, compiler.shape(entity, member.details)
    prepared, function = compiler.prepared(member, prepare), module.name("root_rows_")
    fetch = module.bind(rows, "fetch")
    module.define(
        f"async def {function}(run):",
        f"    rows = await {fetch}(run, {prepared}, {shape.wanted(module)})",
        "    if rows is None:",
        "        return None",
        f"    return {shape.call('rows')}",
    )
    return function


@plans_root(Ranked)
def ranked(compiler: Compiler, member: Member, declaration: Ranked) -> str:

    def prepare(_run: Run, given: Given) -> int:
        return size_of(given)

    async def rows(run: Run, first: int, columns: Columns) -> Sequence[Row]:
        return await declaration.leaders.load(run.context.handles, None, columns, first)

    return several(compiler, member, BY_NAME[declaration.shown], prepare, rows)


@plans_root(RankedOf)
def ranked_of(compiler: Compiler, member: Member, declaration: RankedOf) -> str:
    parent = BY_MODEL[declaration.of.model]

    def prepare(_run: Run, given: Given) -> tuple[int, Any]:
        return size_of(given), key_of(parent.name, given[declaration.argument])

    async def rows(run: Run, wanted: tuple[int, Any], columns: Columns) -> Sequence[Row] | None:
        first, key = wanted
        found = await run.rows(declaration.of, (key,), parent.visibility.needs)
        if key not in found or not parent.visibility.permits(run.context.viewer, found[key]):
            return None
        return await declaration.leaders.load(run.context.handles, key, columns, first)

    return several(compiler, member, BY_NAME[declaration.shown], prepare, rows)


@plans_root(Sampled)
def sampled(compiler: Compiler, member: Member, declaration: Sampled) -> str:
    entity = BY_MODEL[declaration.model]

    def prepare(run: Run, given: Given) -> Condition:
        return declaration.where(run.context.viewer, given)

    async def rows(run: Run, where: Condition, columns: Columns) -> Sequence[Row] | None:
        found = await declaration.drawn(run.context.handles, columns, where)
        return None if found is None else [found]

    return only(compiler, several(compiler, member, entity, prepare, rows))


@plans_root(NewestOf)
def newest(compiler: Compiler, member: Member, declaration: NewestOf) -> str:
    entity = BY_MODEL[declaration.newest.pages.model]

    def prepare(_run: Run, _given: Given) -> None:
        return None

    async def rows(run: Run, _nothing: None, columns: Columns) -> Sequence[Row] | None:
        found = await declaration.newest.load(run.context.handles, (*columns, *entity.visibility.needs))
        return None if found is None or not entity.visibility.permits(run.context.viewer, found) else [found]

    return only(compiler, several(compiler, member, entity, prepare, rows))


def only(compiler: Compiler, rows: str) -> str:
    """Writes the function that answers with the one row that another answers with, and returns its name."""
    function = compiler.module.name("root_only_")
    compiler.module.define(
        f"async def {function}(run):", f"    rows = await {rows}(run)", "    return rows[0] if rows else None"
    )
    return function
