"""Logs: one line for each event, with the request's id, and never with what a function happened to hold."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gateway.logs import REQUEST_ID, configure_logs
from gateway.settings import Settings


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def fail() -> None:
    token = "gws_" + "secret"  # noqa: F841  It is what must not be logged.
    raise RuntimeError("the shelf fell")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    configure_logs(Settings(_env_file=None, log_format=log_format))

    try:
        fail()
    except RuntimeError:
        structlog.get_logger("test").exception("field failed")

    said = capsys.readouterr().err
    assert "the shelf fell" in said
    assert "gws_secret" not in said


def test_json_logs_are_one_object_a_line_for_our_events_and_for_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(_env_file=None, log_format="json"))
    REQUEST_ID.set("r-1")

    structlog.get_logger("test").info("request", status=200)
    logging.getLogger("uvicorn.error").warning("it is %s", "late")
    logging.getLogger("uvicorn.error").debug("never shown")

    ours, theirs = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (ours["event"], ours["status"], ours["level"], ours["request_id"]) == ("request", 200, "info", "r-1")
    assert (theirs["event"], theirs["level"], theirs["request_id"]) == ("it is late", "warning", "r-1")
