"""Applies the PostgreSQL revisions.  Every revision is one transaction, so a crash leaves whole steps only."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

_CONNECT_SECONDS = 4.0
_HERE = str(Path(__file__).parent)


def run(*statements: str) -> None:
    """For revisions: execute statements as they are written, with no meaning given to `:` or `%`."""
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


@asynccontextmanager
async def connect(url: str, connect_args: Mapping[str, Any] | None = None) -> AsyncIterator[AsyncConnection]:
    """One connection, made by asyncpg itself, so that every URL that it takes is taken here, sockets and TLS too."""
    creator = partial(asyncpg.connect, url, **{"timeout": _CONNECT_SECONDS, **(connect_args or {})})
    engine = create_async_engine("postgresql+asyncpg://", async_creator=creator, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


@cache
def revisions() -> tuple[Script, ...]:
    """All revisions, oldest first."""
    return tuple(reversed(list(_scripts().walk_revisions())))


def current(connection: Connection) -> str | None:
    """The last revision that the database has, or none.  It is unknown here when the database is of a newer release."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, *, applied: Callable[[str], None]) -> None:
    """Apply what is missing; `applied` hears each revision's id.  The connection must be out of a transaction."""

    def hear(*, step: MigrationInfo, **_: object) -> None:
        applied(step.up_revision_ids[0])

    command.upgrade(_configured(connection, hear=(hear,)), "head")


def downgrade(connection: Connection) -> None:
    """Take every revision back.  Everything in the tables is lost: for tests and for scratch databases."""
    command.downgrade(_configured(connection, hear=()), "base")


def _configured(connection: Connection, *, hear: tuple[Callable[..., None], ...]) -> Config:
    config = _config()
    config.attributes.update(connection=connection, on_version_apply=hear)
    return config


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _HERE.replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
