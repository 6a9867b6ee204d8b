"""One statement on one database: run, timed, told to the observer, its outages turned into `StoreUnavailable`.  Every
read goes through here, and every write of one statement; what a statement says is built in `resolvers.tables` and
`resolvers.collections`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, Protocol, Self

import asyncpg
from pymongo import errors as mongo_errors

from resolvers.context import Handles, Statement
from resolvers.lanes import TURN_SECONDS
from resolvers.refusals import StoreUnavailable
from resolvers.sharing import SharedLoads


class Row(Protocol):
    """A row of either database: values by stored column.  Read-only, since several fields may share it."""

    def __getitem__(self, column: str, /) -> Any: ...


# MongoDB sends 101 documents first unless it is told otherwise, and the rest costs another round trip.
DOCUMENTS_AT_ONCE = 10_000

POSTGRES = "PostgreSQL"
MONGO = "MongoDB"

POSTGRES_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    # What asyncpg says when a server dies between two messages, until it has seen the end of the connection.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
MONGO_OUTAGES = (
    mongo_errors.ConnectionFailure,
    mongo_errors.ExecutionTimeout,
    mongo_errors.WaitQueueTimeoutError,
    OSError,
)


@contextmanager
def postgres_outages_refused() -> Iterator[None]:
    """Turns a PostgreSQL that is away or too slow into a refusal.  A statement that is wrong stays an error of
    ours.
    """
    try:
        yield
    except POSTGRES_OUTAGES as error:
        raise StoreUnavailable(POSTGRES) from error
    except asyncpg.InterfaceError as error:
        # asyncpg has one class for a connection or pool that is closed or closing and for being used wrongly.
        if "clos" in str(error):
            raise StoreUnavailable(POSTGRES) from error
        raise


@contextmanager
def mongo_outages_refused() -> Iterator[None]:
    """The same for MongoDB."""
    try:
        yield
    except MONGO_OUTAGES as error:
        raise StoreUnavailable(MONGO) from error
    except mongo_errors.PyMongoError as error:
        if error.timeout:
            raise StoreUnavailable(MONGO) from error
        raise


@asynccontextmanager
async def mongo_turn(handles: Handles) -> AsyncIterator[None]:
    """Waits for a turn at MongoDB, and turns outages into refusals while it lasts.

    Raises StoreUnavailable when the turns are taken for so long that the operation could not end in its time.
    """
    turns = handles.mongo_turns
    try:
        await (asyncio.wait_for(turns.acquire(), TURN_SECONDS) if turns.locked() else turns.acquire())
    except TimeoutError as error:
        raise StoreUnavailable(MONGO) from error
    try:
        with mongo_outages_refused():
            yield
    finally:
        turns.release()


async def fetch(handles: Handles, table: str, text: str, *arguments: object) -> Sequence[Row]:
    """The rows of one SQL statement.  A statement is text of ours with numbered parameters; values only ever travel
    beside it.
    """
    started = time.perf_counter()
    with postgres_outages_refused():
        rows = await handles.lanes.fetch(text, *arguments)
    handles.observe(Statement(POSTGRES, table, text, len(rows), time.perf_counter() - started, arguments))
    return rows


async def find(
    handles: Handles,
    collection: str,
    where: Mapping[str, Any],
    projection: Mapping[str, int],
    *,
    order: Sequence[tuple[str, int]] = (),
    limit: int = 0,
    skip: int = 0,
) -> Sequence[Row]:
    """The documents of one `find`; a limit of 0 is no limit."""
    started = time.perf_counter()
    async with mongo_turn(handles):
        cursor = handles.mongo[collection].find(
            where, projection, sort=order or None, limit=limit, skip=skip, batch_size=DOCUMENTS_AT_ONCE
        )
        rows = await cursor.to_list()
    seconds = time.perf_counter() - started
    handles.observe(Statement(MONGO, collection, f"find {sorted(where)}", len(rows), seconds, where))
    return rows


async def aggregate(handles: Handles, collection: str, pipeline: Sequence[Mapping[str, Any]]) -> Sequence[Row]:
    """The documents of one pipeline on a collection."""
    started = time.perf_counter()
    async with mongo_turn(handles):
        cursor = await handles.mongo[collection].aggregate(pipeline, batchSize=DOCUMENTS_AT_ONCE)
        rows = await cursor.to_list()
    stages = " ".join(next(iter(stage)) for stage in pipeline)
    handles.observe(Statement(MONGO, collection, stages, len(rows), time.perf_counter() - started, pipeline))
    return rows


async def lookup(
    handles: Handles, collection: str, pipeline: Sequence[Mapping[str, Any]], nested: str
) -> Sequence[Row]:
    """The documents of a pipeline that brings its own `$documents` and joins `collection` into the array `nested`
    of each.
    """
    started = time.perf_counter()
    async with mongo_turn(handles):
        cursor = await handles.mongo.aggregate(pipeline, batchSize=DOCUMENTS_AT_ONCE)
        parents = await cursor.to_list()
    rows = sum(len(parent[nested]) for parent in parents)
    handles.observe(Statement(MONGO, collection, f"lookup {nested}", rows, time.perf_counter() - started, pipeline))
    return parents


class Away:
    """Stands for a database that was found to be away, so that it is not asked again."""

    def __init__(self, refusal: StoreUnavailable) -> None:
        self.refusal = refusal

    def __getitem__(self, _: str) -> Self:
        return self

    def fetch(self, *_: object, **__: object) -> Any:
        raise StoreUnavailable(self.refusal.store) from self.refusal

    find = aggregate = fetch

    @property
    def client(self) -> Any:
        return self.fetch()


def without(handles: Handles, refusal: StoreUnavailable) -> Handles:
    """The handles without the database that a refusal names."""
    away: Any = Away(refusal)
    return replace(handles, loads=SharedLoads(), **{"lanes" if refusal.store == POSTGRES else "mongo": away})
