"""Writes batches in bulk: COPY into PostgreSQL, `insert_many` into MongoDB, while the next batch is being made."""

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from gateway.seeding.emptying import PATIENCE, Connection, Database
from gateway.seeding.shapes import Batch, columns
from models import DOCUMENTS, TABLES
from models.validators import collection_name

Made = tuple[Batch, int, int]
"""A batch, how much has happened, and how much there is."""


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave the cyclic collector out: there are no cycles among millions of rows, and looking for them takes a third of
    the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@asynccontextmanager
async def one_transaction(connection: Connection) -> AsyncIterator[None]:
    """A transaction whose commit may take its time, unlike asyncpg's own, which has the pool's patience."""
    await connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        if not connection.is_closed():
            await connection.execute("ROLLBACK", timeout=PATIENCE)
        raise
    await connection.execute("COMMIT", timeout=PATIENCE)


async def load(
    connection: Connection, mongo: Database, made: Iterator[Made], progress: Callable[[int, int], None]
) -> Counter[str]:
    """Write all batches, in order, and answer how many rows and documents there are of each kind."""
    counts: Counter[str] = Counter()
    following = await asyncio.to_thread(next, made, None)
    while following is not None:
        batch, done, total = following
        making = asyncio.create_task(asyncio.to_thread(next, made, None))
        try:
            await _both(_copy(connection, batch, counts), _insert(mongo, batch, counts))
        finally:
            following = await making
        progress(done, total)
    return counts


async def _both(*writes: Coroutine[None, None, None]) -> None:
    """Wait for all of them before the first failure is raised: the connection must be free for the rollback."""
    for result in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


async def _copy(connection: Connection, batch: Batch, counts: Counter[str]) -> None:
    for table in TABLES:
        rows = batch.rows.get(table)
        if rows:
            name = str(table.__tablename__)
            await connection.copy_records_to_table(name, records=rows, columns=columns(table), timeout=PATIENCE)
            counts[name] += len(rows)
    for statement, values in batch.updates:
        await connection.execute(statement, *values, timeout=PATIENCE)


async def _insert(mongo: Database, batch: Batch, counts: Counter[str]) -> None:
    for document in DOCUMENTS:
        documents = batch.documents.get(document)
        if documents:
            name = collection_name(document)
            try:
                await mongo[name].insert_many(documents, ordered=False)
            except BulkWriteError as error:
                first = (error.details or {})["writeErrors"][0]
                raise RuntimeError(f"Bug: {name} did not take a seeded document ({first['errmsg']}).") from None
            counts[name] += len(documents)
    for document, changes in batch.changes.items():
        writes = [UpdateOne({"_id": document_id}, {"$set": values}) for document_id, values in changes]
        await mongo[collection_name(document)].bulk_write(writes, ordered=False)
