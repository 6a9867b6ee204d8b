"""Compiled code with what its arguments must be turned into before it runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.engine.arguments import Arguments
from gateway.engine.run import Run
from gateway.engine.variables import Given

Prepare: TypeAlias = Callable[[Run, Given], Any]
"""Turns the arguments of a field into what its loads need; refuses before any statement is sent."""

NOTHING: Given = {}


@dataclass(frozen=True, slots=True)
class Program:
    """A function to run, and the source that it was compiled from."""

    function: Callable[..., Awaitable[Any]]
    preparations: Sequence[tuple[Arguments | None, Prepare]]
    source: str

    def prepared(self, run: Run) -> Run:
        """A run of its own for this program.  Raises what the arguments are refused with."""
        own = Run(run.context, run.variables)
        self.prepare(own)
        return own

    def prepare(self, run: Run) -> None:
        """Gives a run what the function finds in it.  Raises what the arguments are refused with."""
        for arguments, prepare in self.preparations:
            run.prepared.append(prepare(run, NOTHING if arguments is None else arguments.of(run.variables)))
