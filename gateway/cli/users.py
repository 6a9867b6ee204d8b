"""`gateway user …`: what an operator does with people from the command line."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from argon2 import PasswordHasher

from gateway.cli.databases import migrated
from gateway.cli.failures import CommandFailed
from gateway.cli.options import DataDir
from gateway.databases import addressed
from gateway.settings import Settings, read_settings
from resolvers import identity

user = typer.Typer(name="user", help="People, from the operator's side.", no_args_is_help=True)


@user.command()
def token(
    email: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    data_dir: DataDir = None,
) -> None:
    """Start a session for a person and print its token, for the header Authorization: Bearer."""
    with addressed(read_settings(data_dir=data_dir)) as databases:
        typer.echo(asyncio.run(start_session(databases.settings, email)))


@user.command()
def admin(data_dir: DataDir = None) -> None:
    """Make the administrator that ADMIN_EMAIL and ADMIN_PASSWORD name.  Changes nothing where the address is known."""
    settings = read_settings(data_dir=data_dir)
    if settings.admin_password is None:
        raise CommandFailed("ADMIN_PASSWORD is missing; set it to the first administrator's password.")
    password_hash = PasswordHasher().hash(settings.admin_password.get_secret_value())
    with addressed(settings) as databases:
        is_new = asyncio.run(make_admin(databases.settings, password_hash))
    outcome = "is an administrator now" if is_new else "is known already, and nothing was changed"
    typer.echo(f"{settings.admin_email} {outcome}.")


async def make_admin(settings: Settings, password_hash: str) -> bool:
    async with migrated(settings) as opened:
        return await identity.make_admin(opened, settings.admin_email, password_hash)


async def start_session(settings: Settings, email: str) -> str:
    async with migrated(settings) as opened:
        lifetime = timedelta(days=settings.session_days)
        started = await identity.start_session(opened, email, "command line", lifetime)
    if started is None:
        raise CommandFailed(
            f"There is nobody with the address {email} who may sign in; 'gateway seed' makes the demo's people."
        )
    return started
