"""`gateway verify`: whether both books hold what they promise, and projecting again what MongoDB shows wrongly."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gateway.cli.databases import migrated
from gateway.cli.failures import CommandFailed
from gateway.cli.options import DataDir
from gateway.databases import addressed
from gateway.logs import configure_logs
from gateway.seeding.loading import without_collector
from gateway.settings import Settings, read_settings
from gateway.verifying import books
from resolvers.invariants import INVARIANTS, Invariant
from resolvers.invariants.repairing import REPAIRS, repair
from resolvers.invariants.verifying import MOST_IDS, Finding, Report
from resolvers.invariants.verifying import verify as look

SHOWN_IDS = 3
ROUNDS = 3
"""How often is repaired what looking again still finds: one thing mended may show another."""


def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, with all ids.")] = False,
    mends: Annotated[
        bool, typer.Option("--repair", help="Have MongoDB show what the book says, where it does not.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only this invariant; may be said again.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Check that both databases hold what they promise, and exit with 1 where they do not.  Reads only, and may run
    beside the service.
    """
    invariants = chosen(only or ())
    settings = read_settings(data_dir=data_dir)
    configure_logs(settings)
    with addressed(settings) as databases, without_collector():
        report = asyncio.run(verified(databases.settings, invariants, mends=mends))
    typer.echo(as_document(report) if as_json else as_text(report))
    if report.violations:
        raise typer.Exit(1)


def chosen(names: Sequence[str]) -> Sequence[Invariant]:
    unknown = sorted(set(names) - {invariant.name for invariant in INVARIANTS})
    if unknown:
        known = ", ".join(invariant.name for invariant in INVARIANTS)
        raise CommandFailed(f"There is no invariant called {', '.join(unknown)}; there are {known}.")
    return [invariant for invariant in INVARIANTS if not names or invariant.name in names]


async def verified(settings: Settings, invariants: Sequence[Invariant], *, mends: bool) -> Report:
    async with migrated(settings) as opened, books(settings, opened) as both:
        with progress_bar(len(invariants)) as progress:
            report = await look(both, invariants, progress=progress)
        for _ in range(ROUNDS if mends else 0):
            if not await repair(opened, report):
                break
            before = report.violations
            with progress_bar(len(invariants)) as progress:
                report = await look(both, invariants, progress=progress)
            if report.violations == before:
                break
        return report


def as_text(report: Report) -> str:
    lines = [line(found) for found in report.findings]
    seconds = (report.finished_at - report.started_at).total_seconds()
    broken, skipped = len(report.violations), sum(found.skipped is not None for found in report.findings)
    counted = f"{len(report.findings) - skipped} invariants checked in {seconds:.1f} s, {broken} broken"
    lines.append(f"{counted}, {skipped} not checked." if skipped else f"{counted}.")
    if any(name in REPAIRS for name in report.violations):
        lines.append("'gateway verify --repair' has MongoDB show what the book says.")
    return "\n".join(lines)


def line(found: Finding) -> str:
    invariant = found.invariant
    if found.skipped is not None:
        return f"skipped  {invariant.name}: {found.skipped}"
    if not found.ids:
        return f"ok       {invariant.name}"
    count = f"{'more than ' if found.is_more else ''}{len(found.ids):,}"
    first = ", ".join(found.ids[:SHOWN_IDS]) + (", …" if len(found.ids) > SHOWN_IDS else "")
    return f"BROKEN   {invariant.name}: {count} ({first}). {invariant.says}"


def as_document(report: Report) -> str:
    return json.dumps(
        {
            "startedAt": report.started_at.isoformat(),
            "finishedAt": report.finished_at.isoformat(),
            "ok": not report.violations,
            "mostIds": MOST_IDS,
            "invariants": [
                {
                    "name": found.invariant.name,
                    "number": found.invariant.number,
                    "says": found.invariant.says,
                    "seconds": round(found.seconds, 3),
                    "skipped": found.skipped,
                    "count": len(found.ids),
                    "isMore": found.is_more,
                    "ids": found.ids,
                }
                for found in report.findings
            ],
        },
        indent=2,
    )


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[Invariant], None]]:
    """A bar on stderr that shows what was checked last, where somebody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("Verifying"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=total)

        def show(invariant: Invariant) -> None:
            bar.update(task, advance=1, description=invariant.name)

        yield show
