"""Logs: one structured line for each event, for people in development and as JSON in production."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.dev import plain_traceback
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer

from gateway.settings import Settings

REQUEST_ID: ContextVar[str] = ContextVar("request_id")
"""The id of the request that is being answered."""


def add_request_id(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    request_id = REQUEST_ID.get(None)
    return event if request_id is None else {**event, "request_id": request_id}


SHARED: list[structlog.typing.Processor] = [
    add_request_id,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logs(settings: Settings) -> None:
    """Sends the service's own events and those of its libraries to stderr in one format.

    Tracebacks come without local variables, among which are tokens and people's data.
    """
    is_json = (settings.log_format or ("json" if settings.is_production else "console")) == "json"
    formatting: list[Any] = (
        [ExceptionRenderer(ExceptionDictTransformer(show_locals=False)), structlog.processors.JSONRenderer()]
        if is_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain_traceback)]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *formatting],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("pymongo", "asyncio", "sqlalchemy", "uvicorn.access", "httpx", "httpcore", "stripe"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
