"""One statement on one database: run, timed, told to the observer, its outages turned into `StoreUnavailable`.  Every
read goes through here, and every write of one statement; what a statement says is built in `resolvers.tables` and
`resolvers.collections`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Protocol, Self

import asyncpg
from pymongo import errors as mongo_errors
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from resolvers.codecs import READING, sent
from resolvers.context import Handles, Statement
from resolvers.lanes import TURN_SECONDS
from resolvers.refusals import StoreUnavailable
from resolvers.sharing import SharedLoads


class Row(Protocol):
    """A row of either database: values by stored column.  Read-only, since several fields may share it."""

    def __getitem__(self, column: str, /) -> Any: ...


# MongoDB sends 101 documents first unless it is told otherwise, and the rest costs another round trip.
DOCUMENTS_AT_ONCE = 10_000
READERS_KEPT = 8

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


class postgres_outages_refused:  # noqa: N801  It is used as a function: a generator would cost four times as much.
    """Turns a PostgreSQL that is away or too slow into a refusal.  A statement that is wrong stays an error of
    ours.
    """

    __slots__ = ()

    def __enter__(self) -> None: ...

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if isinstance(error, POSTGRES_OUTAGES):
            raise StoreUnavailable(POSTGRES) from error
        # asyncpg has one class for a connection or pool that is closed or closing and for being used wrongly.
        if isinstance(error, asyncpg.InterfaceError) and "clos" in str(error):
            raise StoreUnavailable(POSTGRES) from error


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


@dataclass(frozen=True, slots=True)
class Reader:
    """A database with the codec for reads, and its collections, which the driver makes at some length."""

    source: AsyncDatabase[dict[str, Any]]
    database: AsyncDatabase[dict[str, Any]]
    collections: dict[str, AsyncCollection[dict[str, Any]]]

    def collection(self, name: str) -> AsyncCollection[dict[str, Any]]:
        if name not in self.collections:
            self.collections[name] = self.database[name]
        return self.collections[name]


READERS: dict[int, Reader] = {}


def reader_of(database: AsyncDatabase[dict[str, Any]]) -> Reader:
    """Kept by identity: to the driver two databases of one address are equal, of which one may be closed."""
    known = READERS.get(id(database))
    if known is None:
        if len(READERS) >= READERS_KEPT:
            READERS.clear()
        known = READERS[id(database)] = Reader(database, database.with_options(codec_options=READING), {})
    return known


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
        cursor = (
            reader_of(handles.mongo)
            .collection(collection)
            .find(sent(where), projection, sort=order or None, limit=limit, skip=skip, batch_size=DOCUMENTS_AT_ONCE)
        )
        rows = await cursor.to_list()
    seconds = time.perf_counter() - started
    handles.observe(Statement(MONGO, collection, f"find {sorted(where)}", len(rows), seconds, where))
    return rows


async def aggregate(handles: Handles, collection: str, pipeline: Sequence[Mapping[str, Any]]) -> Sequence[Row]:
    """The documents of one pipeline on a collection."""
    started = time.perf_counter()
    async with mongo_turn(handles):
        read = reader_of(handles.mongo).collection(collection)
        cursor = await read.aggregate(sent(pipeline), batchSize=DOCUMENTS_AT_ONCE)
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
        cursor = await reader_of(handles.mongo).database.aggregate(sent(pipeline), batchSize=DOCUMENTS_AT_ONCE)
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

    def with_options(self, **_: object) -> Self:
        return self

    find = aggregate = fetch

    @property
    def client(self) -> Any:
        return self.fetch()


def without(handles: Handles, refusal: StoreUnavailable) -> Handles:
    """The handles without the database that a refusal names."""
    away: Any = Away(refusal)
    return replace(handles, loads=SharedLoads(), **{"lanes" if refusal.store == POSTGRES else "mongo": away})
