"""What the databases were really sent, as their drivers tell it, beside what the service says that it sent."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from pymongo import monitoring

from resolvers.context import Statement

READS = {"find", "aggregate", "getMore", "count", "distinct"}


@dataclass
class Observed:
    """`read` is what the service's reads told their observer; `sql` and `commands` what the drivers sent, in order."""

    read: list[Statement] = field(default_factory=list)
    sql: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def clear(self) -> None:
        self.read.clear()
        self.sql.clear()
        self.commands.clear()

    @property
    def statements(self) -> Counter[str]:
        """How many statements went to each table and collection."""
        return Counter(statement.target for statement in self.read)

    @property
    def rows(self) -> Counter[str]:
        """How many rows came from each table and collection."""
        found: Counter[str] = Counter()
        for statement in self.read:
            found[statement.target] += statement.rows
        return found


class Commands(monitoring.CommandListener):
    def __init__(self) -> None:
        self.listening: Observed | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.listening is not None and event.command_name in READS:
            self.listening.commands.append(event.command_name)

    def succeeded(self, event: Any) -> None:
        """Nothing is counted twice."""

    def failed(self, event: Any) -> None:
        """A command that failed was sent all the same."""


COMMANDS = Commands()
monitoring.register(COMMANDS)


@contextmanager
def observing(observed: Observed) -> Iterator[None]:
    """Listens to both drivers.  Connections of asyncpg that exist already are not heard."""
    COMMANDS.listening = observed
    connect = asyncpg.Connection.__init__

    def log(query: Any) -> None:
        # asyncpg asks each connection once what the enums in its answers are, without the JIT.
        if "typeinfo_tree" not in query.query and "'jit'" not in query.query:
            observed.sql.append(query.query)

    def listened(self: Any, *arguments: Any, **named: Any) -> None:
        connect(self, *arguments, **named)
        self.add_query_logger(log)

    asyncpg.Connection.__init__ = listened  # type: ignore[method-assign]
    try:
        yield
    finally:
        asyncpg.Connection.__init__ = connect  # type: ignore[method-assign]
        COMMANDS.listening = None
