"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None,
    typer.Option(help="The folder of the embedded databases; .gateway unless DATA_DIR says otherwise."),
]
