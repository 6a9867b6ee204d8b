"""`gateway migrate` and `gateway seed`: making the databases what this version expects, and filling them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from operator import itemgetter
from typing import Annotated, Any

import typer
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from gateway.cli.failures import CommandFailed
from gateway.cli.options import DataDir
from gateway.databases import addressed, handles, mongo_client
from gateway.seeding import Size, Summary
from gateway.seeding import seed as fill
from gateway.settings import Settings, read_settings
from migrations import drift, run
from resolvers.context import Handles

DEFAULT_SEED = 42


def migrate(
    data_dir: DataDir = None,
    status: Annotated[bool, typer.Option("--status", help="Only list what is applied and what is pending.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare the models with what the migrations make.")
    ] = False,
) -> None:
    """Bring both databases to the schema of this version.  Harmless when repeated; safe on several replicas at
    once.
    """
    with addressed(read_settings(data_dir=data_dir)) as databases:
        step = show_status if status else show_differences if check else apply_migrations
        asyncio.run(step(databases.settings))


def seed(
    size: Annotated[
        Size, typer.Option(help="How much: a demo to look at, or s, m, l with 1, 20, 200 thousand people.")
    ] = Size.DEMO,
    random_seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same data.")] = DEFAULT_SEED,
    reset: Annotated[bool, typer.Option("--reset", help="Empty both databases first.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Fill both databases with consistent data.  Changes nothing where there is data already, unless told to
    --reset.
    """
    with addressed(read_settings(data_dir=data_dir)) as databases:
        asyncio.run(apply_migrations(databases.settings))
        tell(asyncio.run(fill_databases(databases.settings, size, random_seed, reset=reset)))


async def apply_migrations(settings: Settings) -> None:
    async with patient(settings) as (url, client):
        await run.migrate(url, client, settings.mongo_db, say=typer.echo)


async def show_status(settings: Settings) -> None:
    async with patient(settings) as (url, client):
        for step in await run.status(url, client, settings.mongo_db):
            state = "applied" if step.is_applied else "pending"
            typer.echo(f"{state}  {step.database:10}  {step.name}  {step.subject}")


async def show_differences(settings: Settings) -> None:
    async with patient(settings) as (url, client):
        found = await drift.differences(url, client)
    if found:
        raise CommandFailed("Models and migrations differ; write a migration:\n" + "\n".join(found))
    typer.echo("Models and migrations say the same.")


@asynccontextmanager
async def migrated(settings: Settings) -> AsyncIterator[Handles]:
    """Handles of databases that hold the schema of this version.  Raises CommandFailed where they do not."""
    async with handles(settings) as opened:
        if not await run.is_current(opened.postgres, opened.mongo):
            raise CommandFailed("The databases are not migrated to this version; run 'gateway migrate' first.")
        yield opened


@asynccontextmanager
async def patient(settings: Settings) -> AsyncIterator[tuple[str, AsyncMongoClient[dict[str, Any]]]]:
    """PostgreSQL's address and a client of MongoDB whose operations may take as long as they need, once both
    answer.
    """
    async with handles(settings):
        if settings.postgres_url is None:
            raise AssertionError("Bug: handles were opened without an address.")
        async with mongo_client(settings, None) as client:
            yield settings.postgres_url, client


async def fill_databases(settings: Settings, size: Size, random_seed: int, *, reset: bool) -> Summary:
    async with handles(settings) as opened:
        with progress_bar() as progress:
            return await fill(opened, settings, size=size, seed=random_seed, reset=reset, progress=progress)


def tell(summary: Summary) -> None:
    """Prints what was filled, and what the person needs to know of it."""
    if summary.counts:
        total = sum(summary.counts.values())
        most = sorted(summary.counts.items(), key=itemgetter(1), reverse=True)
        listed = ", ".join(f"{count:,} {name}" for name, count in most)
        typer.echo(f"Filled {total:,} rows and documents: {listed}.")
    for note in summary.notes:
        typer.echo(note)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr that shows what is being filled, where somebody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            task = tasks.get(stage)
            if task is None:
                task = tasks[stage] = bar.add_task(stage, total=total)
            bar.update(task, completed=done, total=total)

        yield show
