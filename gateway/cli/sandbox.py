"""`gateway sandbox`: the double of Stripe, as a process of its own."""

from typing import Annotated

import typer

from gateway.cli.failures import CommandFailed
from gateway.cli.options import DataDir
from gateway.sandbox import faults, running
from gateway.settings import read_settings

DEFAULT_PORT = 8420


def sandbox(
    data_dir: DataDir = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")
    ] = DEFAULT_PORT,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="KIND:WRONG[:TIMES[:SECONDS]], like confirm:drop_after:3 or any:delay_before:always:0.2."),
    ] = None,
) -> None:
    """Run the sandbox: a double of Stripe's payments for development and tests, with a ledger of its own and faults on
    order.
    """
    settings = read_settings(data_dir=data_dir)
    if settings.is_production:
        raise CommandFailed("ENVIRONMENT says production; the sandbox is for development, production talks to Stripe.")
    try:
        ordered = [faults.parse(text) for text in fault or ()]
        running.run(settings.data_dir, port, ordered, typer.echo)
    except (faults.UnknownFault, running.SandboxFailed) as failure:
        raise CommandFailed(str(failure)) from None
