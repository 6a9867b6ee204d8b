"""The databases that tests run on: real ones, embedded, shared by all test workers; in each worker a database of
its own, built by the migrations and emptied between tests.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from pydantic import SecretStr

from gateway.databases import bind_documents
from gateway.databases import handles as open_handles
from gateway.embedded import Addresses, embedded
from gateway.sandbox.running import child
from gateway.settings import Settings
from migrations.run import migrate
from models import DOCUMENTS
from models.validators import collection_name
from resolvers.context import Handles
from tests.observed import Observed, observing
from tests.sandbox import Sandbox
from tests.world import World


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Addresses]:
    """Both servers, for all workers: whoever comes first starts them, and whoever leaves last stops them.

    GATEWAY_TEST_DATABASE_URL and GATEWAY_TEST_MONGO_URI name others instead; their user must be allowed to create
    databases.
    """
    own = os.environ.get("GATEWAY_TEST_DATABASE_URL"), os.environ.get("GATEWAY_TEST_MONGO_URI")
    if own[0] and own[1]:
        yield Addresses(own[0], own[1])
        return
    base = tmp_path_factory.getbasetemp()
    directory: Path = (base if worker_id == "master" else base.parent) / "databases"
    with embedded(directory) as running:
        yield running.addresses


@pytest.fixture(scope="session")
def postgres_url(servers: Addresses) -> str:
    """An address of PostgreSQL whose user may create databases."""
    return servers.database_url


@pytest.fixture(scope="session")
def mongo_uri(servers: Addresses) -> str:
    return servers.mongo_uri


@pytest.fixture(scope="session")
def payments_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """This worker's own double of Stripe, a process that `world.handles.payments` talks to."""
    with child(tmp_path_factory.mktemp("payments")) as address, closing(Sandbox(address)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
async def settings(
    postgres_url: str, mongo_uri: str, payments_sandbox: Sandbox, worker_id: str
) -> AsyncIterator[Settings]:
    """The settings of a service on this worker's own, migrated databases, and its own sandbox."""
    name = f"test_{worker_id}_{os.getpid()}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    own = Settings(
        _env_file=None,
        database_url=SecretStr(urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))),
        mongo_uri=SecretStr(mongo_uri),
        mongo_db=name,
        postgres_pool_size=15,
        stripe_api_base=payments_sandbox.address,
    )
    assert own.postgres_url is not None
    await migrate(own.postgres_url, mongo_uri, name, say=lambda _: None)
    yield own
    async with open_handles(own) as opened:
        await opened.mongo.client.drop_database(name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest.fixture(scope="session")
async def session_handles(settings: Settings) -> AsyncIterator[tuple[Handles, Observed]]:
    observed = Observed()
    with observing(observed):
        async with open_handles(settings, observed.read.append) as opened:
            yield opened, observed


@pytest.fixture
async def world(session_handles: tuple[Handles, Observed], payments_sandbox: Sandbox) -> AsyncIterator[World]:
    """An empty world on this worker's databases, asked through HTTP."""
    opened, observed = session_handles
    # Another test may have opened databases of its own, and Beanie's classes belong to the last that was opened.
    await bind_documents(opened.mongo.client[opened.mongo.name])
    payments_sandbox.begin_anew()
    async with World(opened, observed, payments_sandbox) as world:
        yield world
    await empty(opened)


async def empty(handles: Handles) -> None:
    """Deletes all rows and documents, past the triggers that keep the books from being deleted."""
    async with handles.postgres.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        await connection.execute(";".join(f"DELETE FROM {table['tablename']}" for table in tables))
    for document in DOCUMENTS:
        await handles.mongo[collection_name(document)].delete_many({})
