"""The ASGI application: routes, lifespan, and what each process opens and closes."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from gateway.databases import handles
from gateway.graphql_http import GraphQLEndpoint
from gateway.health import alive, ready
from gateway.logs import configure_logs
from gateway.requests import RequestLog
from gateway.settings import Settings, read_settings
from resolvers.context import Handles, Statement
from schema.build import build

SLOW_SECONDS = 0.1

log = structlog.get_logger(__name__)


class State(TypedDict):
    """What requests find in `request.state`."""

    handles: Handles


def create() -> Starlette:
    """The application of a worker process, from the environment.  Addresses of both databases must be set there."""
    settings = read_settings()
    configure_logs(settings)
    return create_app(settings)


def create_app(settings: Settings) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[State]:
        async with handles(settings, observe) as opened:
            end_with_parent()
            yield {"handles": opened}

    endpoint = GraphQLEndpoint(build(), has_ide=not settings.is_production)
    return Starlette(
        routes=[
            Route("/graphql", endpoint.respond, methods=["GET", "POST"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
        ],
        middleware=[Middleware(RequestLog)],
        lifespan=lifespan,
    )


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
