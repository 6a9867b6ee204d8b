"""Whether the process lives, and whether it can serve: what load balancers and people ask."""

import asyncio
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import JSONResponse

from migrations.run import is_current

READY_SECONDS = 3.0


async def alive(_: Request) -> JSONResponse:
    """Answers as long as the event loop turns, whatever the databases do."""
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> JSONResponse:
    """Answers 200 when both databases answer and hold the schema that this version expects, and 503 with what is
    missing otherwise.
    """
    handles = request.state.handles
    checks = {
        "postgresql": outcome(handles.postgres.fetchval("SELECT 1")),
        "mongodb": outcome(handles.mongo.command("ping")),
        "migrations": outcome(is_current(handles.postgres, handles.mongo)),
    }
    outcomes = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
    is_ready = all(each == "ok" for each in outcomes.values())
    return JSONResponse({"status": "ready" if is_ready else "not ready", **outcomes}, 200 if is_ready else 503)


async def outcome(check: Awaitable[object]) -> str:
    """`ok`, or what is wrong; any error of a driver means that its database is not there for us."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            found = await check
    except Exception:  # noqa: BLE001  A health check reports failures, whatever they are; it has none of its own.
        return "no answer"
    return "ok" if found is not False else "not current: run 'gateway migrate'"
