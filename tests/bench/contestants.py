"""Who is measured: each is one process that answers POST /graphql on the port that it is told."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import operations
from tests.bench.node_packages import NODE, home

HERE = Path(__file__).parent
ALL = frozenset(operations.OPERATIONS)
REFERENCE = "engine"
HAND_WRITTEN = "bare"


@dataclass(frozen=True)
class Contestant:
    """`documents` replaces those of the operations where the contestant's graph has another form."""

    name: str
    said: str
    program: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    answers: frozenset[str] = ALL
    needs_node: bool = False

    def command(self, port: int) -> list[str]:
        """What starts it; a Node program runs where its packages are installed."""
        program = [part.replace("{port}", str(port)) for part in self.program]
        return [str(NODE), str(home() / program[0]), *program[1:]] if self.needs_node else program


def gateway(name: str, said: str, engine: str) -> Contestant:
    program = (sys.executable, "-m", "gateway", "serve", "--port", "{port}")
    return Contestant(name, said, program, {"ENGINE": engine})


def python(name: str, said: str, app: str, **environment: str) -> Contestant:
    server = (sys.executable, "-m", "uvicorn", f"tests.bench.{app}", "--port", "{port}")
    return Contestant(
        name,
        said,
        (*server, "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
        environment,
    )


def node(name: str, said: str, program: str, answers: frozenset[str] = ALL) -> Contestant:
    return Contestant(name, said, (program, "{port}"), {"NODE_ENV": "production"}, answers, needs_node=True)


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        gateway(REFERENCE, "the gateway as it is served", "on"),
        gateway("graphql-core", "the same schema, executed by graphql-core", "off"),
        python("strawberry", "plain Strawberry, SQLModel objects and Beanie documents", "plain_strawberry.app:app"),
        python("starlette", "hand-written for these operations, on Starlette", "by_hand.starlette_app:app"),
        python(HAND_WRITTEN, "hand-written for these operations, bare ASGI", "by_hand.bare_app:app"),
        node("mercurius", "Mercurius with its JIT and lean loaders, on Fastify", "mercurius.mjs"),
        node("yoga", "GraphQL Yoga with dataloader", "yoga.mjs"),
        node("postgraphile", "PostGraphile, PostgreSQL only", "postgraphile.mjs", frozenset({"point", "page"})),
    )
}
