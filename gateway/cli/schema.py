"""`gateway schema`: the SDL file that clients and reviewers read."""

from pathlib import Path
from typing import Annotated

import typer

import schema as schema_floor
from gateway.cli.failures import CommandFailed
from schema.build import build

SDL_FILE = Path(schema_floor.__file__).with_name("schema.graphql")


def schema(
    check: Annotated[bool, typer.Option("--check", help="Only fail if schema/schema.graphql is not fresh.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write schema/schema.graphql.")] = False,
) -> None:
    """Print the schema in GraphQL's schema definition language."""
    sdl = build().as_str() + "\n"
    if write:
        SDL_FILE.write_text(sdl)
    elif check:
        if not SDL_FILE.is_file() or SDL_FILE.read_text() != sdl:
            raise CommandFailed(
                "schema/schema.graphql is not what the code declares; run 'gateway schema --write' and review it."
            )
        typer.echo("schema/schema.graphql is fresh.")
    else:
        typer.echo(sdl, nl=False)
