"""The command line: `gateway dev`, `serve`, `migrate`, `seed`, `schema`, `sandbox`, `verify`, `user`.

What goes wrong for a reason that a person can remove is one sentence on stderr and exit code 1.
"""

import sys

import asyncpg
import typer
from pymongo.errors import PyMongoError as MongoError
from sqlalchemy.exc import InterfaceError, OperationalError

from gateway.cli.databases import migrate, seed
from gateway.cli.failures import CommandFailed
from gateway.cli.sandbox import sandbox
from gateway.cli.schema import schema
from gateway.cli.serving import dev, serve
from gateway.cli.users import user
from gateway.cli.verify import verify
from gateway.databases import DatabaseAway, reason
from gateway.embedded import EmbeddedError
from gateway.seeding import SeedingRefused
from gateway.settings import UnusableSettings
from migrations.run import ForeignSchema

EXPECTED = (CommandFailed, DatabaseAway, EmbeddedError, ForeignSchema, SeedingRefused, UnusableSettings)
INTERRUPTED = 130
OUTAGES = (
    asyncpg.PostgresConnectionError,
    ConnectionError,
    InterfaceError,
    MongoError,
    OperationalError,
    TimeoutError,
)

app = typer.Typer(
    help="One GraphQL graph over PostgreSQL and MongoDB.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (dev, serve, migrate, seed, schema, sandbox, verify):
    app.command()(command)
app.add_typer(user)


def main() -> None:
    """Runs a command; what it cannot do is told in one sentence."""
    try:
        app()
    except EXPECTED as failure:
        sys.exit(f"gateway: {failure}")
    except OUTAGES as outage:
        sys.exit(f"gateway: A database went away or refused: {reason(outage)}. Run the command again when it is well.")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
