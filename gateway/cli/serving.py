"""`gateway dev` and `gateway serve`: the service for one person who tries it, and the service for everybody."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from gateway import BEGAN
from gateway.addresses import is_sandbox
from gateway.cli.databases import DEFAULT_SEED, apply_migrations, fill_databases, migrated, tell
from gateway.cli.failures import CommandFailed
from gateway.cli.options import DataDir
from gateway.cli.users import start_session
from gateway.databases import addressed
from gateway.http_protocol import Protocol
from gateway.sandbox.running import SandboxFailed, child
from gateway.seeding import Size
from gateway.settings import Settings, read_settings

GRACE_SECONDS = 10
BACKLOG = 2048
FAILED = 3

Host = Annotated[str | None, typer.Option(help="The address to listen on; HOST unless told.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on; PORT unless told; 0 takes a free one.")]


def dev(data_dir: DataDir = None, host: Host = None, port: Port = None) -> None:
    """Run everything for one person: databases, migrations, demo data, a sandbox for payments, the service with
    GraphiQL, a token to start with.
    """
    wanted = read_settings(data_dir=data_dir, host=host, port=port)
    if wanted.is_production:
        raise CommandFailed(
            "ENVIRONMENT says production; 'gateway dev' is for development, 'gateway serve' serves production."
        )
    # Who holds the data is the better answer than who holds the port, so the data come first.
    with addressed(wanted, holder="gateway dev") as databases, listening(wanted) as listener:
        host = f"[{wanted.host}]" if ":" in wanted.host else wanted.host
        address = f"http://{host}:{listener.getsockname()[1]}"
        databases.note(address)
        with paying(databases.settings) as settings:
            asyncio.run(prepare(settings, address))
            run_server(settings, listener, workers=1)


def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes share the port.")] = 1,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Run the service on databases that are there and migrated."""
    wanted = read_settings(host=host, port=port, data_dir=data_dir)
    with listening(wanted) as listener, addressed(wanted) as databases:
        asyncio.run(look(databases.settings))
        run_server(databases.settings, listener, workers)


@contextmanager
def paying(settings: Settings) -> Iterator[Settings]:
    """The settings with a provider of payments: the one that they name, or a sandbox that runs until the service has
    ended, since purchases under way need it.
    """
    if settings.takes_payments:
        yield settings
        return
    try:
        with child(settings.data_dir) as sandbox:
            yield settings.model_copy(update={"stripe_api_base": sandbox})
    except SandboxFailed as failure:
        raise CommandFailed(f"{failure} Or set STRIPE_API_BASE to the address of a sandbox that runs.") from None


async def look(settings: Settings) -> None:
    """Finds out that both databases can be used before any worker does, so that it is said once."""
    async with migrated(settings):
        pass


async def prepare(settings: Settings, address: str) -> None:
    """Migrates, fills empty databases with the demo, and prints what a newcomer needs."""
    await apply_migrations(settings)
    summary = await fill_databases(settings, Size.DEMO, DEFAULT_SEED, reset=False)
    if not summary.already_filled:
        tell(summary)
    token = await start_session(settings, settings.admin_email)
    typer.echo(f"GraphQL   {address}/graphql   (GraphiQL in a browser)")
    typer.echo(f"Token     {token}   ({settings.admin_email}, for the header Authorization: Bearer)")
    if settings.stripe_api_base is not None and is_sandbox(settings.stripe_api_base):
        typer.echo(
            f"Payments  {settings.stripe_api_base}   (a sandbox: pm_card_visa pays, pm_card_chargeDeclined does not)"
        )
    typer.echo(f"Started in {time.monotonic() - BEGAN:.1f} s.  Ctrl-C stops the service and its databases.")


def listening(settings: Settings) -> socket.socket:
    """The socket to serve on, taken before anything else is started.  Raises CommandFailed where it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        # Two sockets may be bound to one port as long as neither listens; the second must hear of it here.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CommandFailed(
            f"{settings.host}:{settings.port} is not free to listen on ({error.strerror}); choose another."
        ) from None
    listener.set_inheritable(True)
    return listener


def run_server(settings: Settings, listener: socket.socket, workers: int) -> None:
    """Serves until told to stop; requests that are under way then have their time to end."""
    tell_workers(settings)
    config = uvicorn.Config(
        "gateway.app:create",
        factory=True,
        loop="uvloop",
        http=Protocol,
        ws="none",
        workers=workers,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    if workers > 1:
        Multiprocess(config, sockets=[listener]).run()
        return
    server = uvicorn.Server(config)
    # The server ends by itself on Ctrl-C and hands it on when it has; that is the end that was asked for.
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        raise typer.Exit(FAILED)


def tell_workers(settings: Settings) -> None:
    """Worker processes read the environment, so what this process was told and has learnt stands there."""
    os.environ |= {"HOST": settings.host, "PORT": str(settings.port), "DATA_DIR": str(settings.data_dir)}
    if settings.database_url is not None:
        os.environ["DATABASE_URL"] = settings.database_url.get_secret_value()
    if settings.mongo_uri is not None:
        os.environ["MONGO_URI"] = settings.mongo_uri.get_secret_value()
    if settings.stripe_api_base is not None:
        os.environ["STRIPE_API_BASE"] = settings.stripe_api_base
