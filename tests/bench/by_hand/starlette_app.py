"""The hand-written endpoint on Starlette, as most people would write it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.bench.by_hand.answers import answered
from tests.bench.by_hand.stores import opened


async def graphql(request: Request) -> Response:
    status, body = await answered(request.state.stores, request.headers.get("authorization", ""), await request.body())
    return Response(body, status, media_type="application/json")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
    async with opened() as stores:
        yield {"stores": stores}


app = Starlette(routes=[Route("/graphql", graphql, methods=["POST"])], lifespan=lifespan)
