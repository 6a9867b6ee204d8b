"""Transactions of several statements on PostgreSQL.  None is held open across another system."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy import CursorResult, Executable, Table, exc, inspect
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.context import Handles
from resolvers.refusals import StoreUnavailable
from resolvers.stores import POSTGRES, POSTGRES_OUTAGES, postgres_outages_refused

TOO_BUSY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Others hold what a statement waits for, for longer than it may wait."""


@asynccontextmanager
async def transaction(handles: Handles) -> AsyncIterator[AsyncSession]:
    """A transaction that is committed at the end and undone by whatever is raised.

    Raises StoreUnavailable when PostgreSQL is away; if that happened while it committed, nobody knows whether it did,
    and who asks again needs a key that says so.
    """
    with engine_outages_refused():
        async with AsyncSession(handles.engine, expire_on_commit=False) as session, session.begin():
            yield session


def table_of(model: type[SQLModel]) -> Table:
    table: Table = inspect(model).local_table
    return table


async def run(
    session: AsyncSession, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> CursorResult[Any]:
    """Runs a statement that was built once, with its values, in the transaction of the session.

    To build one each time, and to have the session bring the objects up to date that it has loaded, costs several times
    what PostgreSQL takes for it.  So nothing may be read from objects that it has changed.
    """
    return await (await session.connection()).execute(statement, values)


@contextmanager
def engine_outages_refused() -> Iterator[None]:
    """As `postgres_outages_refused`, for what SQLAlchemy makes of outages."""
    try:
        with postgres_outages_refused():
            yield
    except exc.TimeoutError as error:
        raise StoreUnavailable(POSTGRES) from error
    except exc.DBAPIError as error:
        if error.connection_invalidated or isinstance(reason(error), (*POSTGRES_OUTAGES, *TOO_BUSY)):
            raise StoreUnavailable(POSTGRES) from error
        raise


def reason(error: exc.DBAPIError) -> BaseException | None:
    """What the driver said, which SQLAlchemy wraps twice."""
    return error.orig.__cause__ if error.orig is not None else None
