"""Opening and closing the two databases: the pool of reads, the engine of writes, the MongoDB client and Beanie's
models.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
from beanie import init_beanie
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from sqlalchemy import event, exc
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.embedded import embedded
from gateway.payments import payments
from gateway.settings import Settings
from models import DOCUMENTS
from resolvers.codecs import CODEC
from resolvers.context import Handles, Statement
from resolvers.lanes import Lanes
from resolvers.rules import Rules
from resolvers.stores import POSTGRES_OUTAGES
from resolvers.tasks import Tasks

CONNECT_SECONDS = 3.0
STATEMENT_SECONDS = 3.0
# Longer than a caller waits: a payment that has begun should end, not be left to recovery because many came at once.
QUEUE_SECONDS = 10.0
IDLE_SECONDS = 5.0
"""How long a transaction may wait for its next statement: one whose process is frozen would keep its locks from those
that go on without it.
"""

STATEMENTS_PREPARED = 500


class DatabaseAway(Exception):
    """A database does not let us in.  The message is one sentence for the person who starts the service."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Settings in which both databases have an address; `note` tells who else wants the data where this one serves."""

    settings: Settings
    note: Callable[[str], None]


@contextmanager
def addressed(settings: Settings, *, holder: str | None = None) -> Iterator[Addressed]:
    """The databases that the settings name, or the embedded ones, which run meanwhile.

    Raises EmbeddedError where those cannot run.
    """
    if not settings.needs_embedded:
        yield Addressed(settings, lambda _: None)
        return
    with embedded(settings.data_dir, holder=holder) as databases:
        where = databases.addresses
        update = {"database_url": SecretStr(where.database_url), "mongo_uri": SecretStr(where.mongo_uri)}
        yield Addressed(settings.model_copy(update=update), lambda address: databases.note(address=address))


def ignore(_: Statement) -> None:
    """Observes nothing."""


@asynccontextmanager
async def handles(settings: Settings, observe: Callable[[Statement], None] = ignore) -> AsyncIterator[Handles]:
    """The handles of a process, open while the context lasts.  Raises DatabaseAway where a database cannot be
    reached.
    """
    if settings.postgres_url is None or settings.mongo_uri is None:
        raise AssertionError("Bug: handles were opened before the addresses of the databases were known.")
    postgres_url = settings.postgres_url
    async with AsyncExitStack() as stack:
        pool = await open_pool(settings, postgres_url)
        stack.push_async_callback(close_pool, pool)
        # One connection stays in the pool, for health checks.
        lanes = Lanes(pool, settings.postgres_readers - 1)
        stack.push_async_callback(lanes.close)

        async def connect() -> "asyncpg.Connection[asyncpg.Record]":
            return await asyncpg.connect(
                postgres_url,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                server_settings={"idle_in_transaction_session_timeout": str(int(IDLE_SECONDS * 1000))},
            )

        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=settings.postgres_writers,
            max_overflow=0,
            pool_timeout=QUEUE_SECONDS,
        )
        event.listen(engine.sync_engine, "checkout", require_open)
        stack.push_async_callback(engine.dispose)
        try:
            client = mongo_client(settings, STATEMENT_SECONDS)
            stack.push_async_callback(client.close)
            await client.admin.command("ping")
            await bind_documents(client[settings.mongo_db])
        except PyMongoError as error:
            raise DatabaseAway(f"MongoDB cannot be reached: {reason(error)}. Check MONGO_URI and the server.") from None
        database = client.get_database(settings.mongo_db, codec_options=CODEC)
        secret = settings.secret_key.get_secret_value().encode()
        provider = await stack.enter_async_context(payments(settings, settings.payment_answer_seconds))
        # What is under way ends first, while everything that it needs is still open.
        tasks = Tasks()
        stack.push_async_callback(tasks.close)
        yield Handles(
            postgres=pool,
            connect=connect,
            lanes=lanes,
            engine=engine,
            mongo=database,
            secret=secret,
            observe=observe,
            default_currency=settings.default_currency,
            mongo_turns=asyncio.Semaphore(settings.mongo_pool_size),
            payments=provider,
            rules=Rules(
                settings.credit_value,
                settings.referral_credits,
                wait=timedelta(minutes=settings.payment_wait_minutes),
                lease=timedelta(seconds=settings.payment_lease_seconds),
            ),
            tasks=tasks,
        )


def require_open(connection: Any, *_: object) -> None:
    """Has all idle connections opened anew where one of them was closed.  The driver hears of that by itself; to ask
    the server each time, as SQLAlchemy would, takes three round trips.
    """
    if connection.driver_connection.is_closed():
        raise exc.InvalidatePoolError


async def bind_documents(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Ties Beanie's classes to a database; one at a time in a process.  Indexes belong to the migrations."""
    await init_beanie(database, document_models=list(DOCUMENTS), skip_indexes=True)


async def open_pool(settings: Settings, url: str) -> "asyncpg.Pool[asyncpg.Record]":
    try:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=settings.postgres_readers,
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            statement_cache_size=STATEMENTS_PREPARED,
            max_cached_statement_lifetime=0,
            # A timer for each connection that is given back costs more than a connection that nobody uses.
            max_inactive_connection_lifetime=0,
            reset=leave_as_it_is,
            server_settings={"application_name": "gateway", "timezone": "UTC", "jit": "off"},
        )
    except (*POSTGRES_OUTAGES, asyncpg.PostgresError, ValueError) as error:
        raise DatabaseAway(
            f"PostgreSQL cannot be reached: {reason(error)}. Check DATABASE_URL and the server."
        ) from None


async def leave_as_it_is(_: object) -> None:
    """Only single statements go through the pool, which leave nothing behind that a round trip would have to reset."""


async def close_pool(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Lets running statements finish, within reason."""
    try:
        await asyncio.wait_for(pool.close(), STATEMENT_SECONDS)
    except TimeoutError:
        pool.terminate()


def mongo_client(settings: Settings, seconds: float | None) -> AsyncMongoClient[dict[str, Any]]:
    """A client of the settings' MongoDB, whose operations may take so long, or as long as they need."""
    if settings.mongo_uri is None:
        raise AssertionError("Bug: a client was made before the address of MongoDB was known.")
    milliseconds = int(CONNECT_SECONDS * 1000)
    ca_file: dict[str, Any] = {} if settings.mongo_ca_file is None else {"tlsCAFile": str(settings.mongo_ca_file)}
    return AsyncMongoClient(
        settings.mongo_uri.get_secret_value(),
        appname="gateway",
        maxPoolSize=settings.mongo_pool_size,
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        timeoutMS=None if seconds is None else int(seconds * 1000),
        tz_aware=True,
        uuidRepresentation="standard",
        **ca_file,
    )


def reason(error: BaseException) -> str:
    """The first line of what the driver says, which for MongoDB's goes on with a description of the whole topology."""
    text = str(error).partition("\n")[0].partition(", Timeout:")[0].strip().rstrip(".")
    return text or type(error).__name__
