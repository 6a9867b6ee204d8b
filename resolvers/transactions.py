"""Transactions of several statements on PostgreSQL.  None is held open across another system."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import exc
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.context import Handles
from resolvers.refusals import StoreUnavailable
from resolvers.stores import POSTGRES, POSTGRES_OUTAGES, postgres_outages_refused


@asynccontextmanager
async def transaction(handles: Handles) -> AsyncIterator[AsyncSession]:
    """A transaction that is committed at the end and undone by whatever is raised.

    Raises StoreUnavailable when PostgreSQL is away; if that happened while it committed, nobody knows whether it did,
    and who asks again needs a key that says so.
    """
    with engine_outages_refused():
        async with AsyncSession(handles.engine, expire_on_commit=False) as session, session.begin():
            yield session


@contextmanager
def engine_outages_refused() -> Iterator[None]:
    """As `postgres_outages_refused`, for what SQLAlchemy makes of outages."""
    try:
        with postgres_outages_refused():
            yield
    except exc.TimeoutError as error:
        raise StoreUnavailable(POSTGRES) from error
    except exc.DBAPIError as error:
        if error.connection_invalidated or isinstance(reason(error), POSTGRES_OUTAGES):
            raise StoreUnavailable(POSTGRES) from error
        raise


def reason(error: exc.DBAPIError) -> BaseException | None:
    """What the driver said, which SQLAlchemy wraps twice."""
    return error.orig.__cause__ if error.orig is not None else None
