"""The ASGI application: routes, lifespan, and what each process opens and closes."""

import asyncio
import gc
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypedDict

import structlog
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.databases import handles
from gateway.engine.engine import Engine
from gateway.execution import Executor
from gateway.graphql_http import GraphQLEndpoint
from gateway.health import alive, ready
from gateway.logs import configure_logs
from gateway.metrics import Metrics
from gateway.requests import GRAPHQL, Entrance
from gateway.settings import Settings, read_settings
from gateway.verifying import checking
from gateway.workers import Loop, working
from resolvers import recovery, relay
from resolvers.context import Handles, Statement
from schema.build import build

SLOW_SECONDS = 0.1
COLLECTED_EVERY = (50_000, 20, 100)
LOOPS: tuple[Loop, ...] = (recovery.recover_forever, relay.relay_forever)
"""What each process does beside answering requests, until it ends."""

log = structlog.get_logger(__name__)


class State(TypedDict):
    """What requests find in `request.state`."""

    handles: Handles


def create() -> ASGIApp:
    """The application of a worker process, from the environment.  Addresses of both databases must be set there."""
    settings = read_settings()
    configure_logs(settings)
    return create_app(settings, (*LOOPS, checking(settings)))


def create_app(settings: Settings, loops: Sequence[Loop] = LOOPS) -> ASGIApp:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        async with handles(settings, observe) as opened, working(opened, loops):
            end_with_parent()
            settle()
            yield {"handles": opened}

    schema = build()
    is_open = not settings.is_production
    engine = Engine(schema) if settings.engine else None
    graphql = GraphQLEndpoint(Executor(schema, engine), has_ide=is_open, explains_to_all=is_open)
    routed = Starlette(
        routes=[
            Route(GRAPHQL, graphql, methods=["GET", "POST"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/metrics", Metrics(engine, tells_all=is_open).respond),
        ],
        lifespan=lifespan,
    )
    return Entrance(graphql.answer, routed, logs_all=settings.logs_all_requests)


def settle() -> None:
    """Spares the collector what lives as long as the process, and lets it look less often at what requests leave.

    Rows and answers are trees that reference counts free at once; next to nothing is left for it to find.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_EVERY)


def end_with_parent() -> None:
    """Lets a worker process end when the process that started it is gone, however that went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        asyncio.get_running_loop().add_reader(parent.sentinel, os.kill, os.getpid(), signal.SIGTERM)


def observe(statement: Statement) -> None:
    """Notes statements that a person would wait for."""
    if statement.seconds >= SLOW_SECONDS:
        log.warning(
            "slow statement",
            store=statement.store,
            text=statement.text,
            ms=round(statement.seconds * 1000),
            rows=statement.rows,
        )
