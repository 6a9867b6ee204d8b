"""That everybody answers alike, before anybody is timed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.bench import postgraphile_form
from tests.bench.operations import Operation, Request, body
from tests.bench.servers import Running


class AnswersDiffer(Exception):
    """A contestant answers something else than the reference."""


def payload(running: Running, operation: Operation, request: Request) -> bytes:
    """What this contestant is sent for a request."""
    if running.contestant.name == "postgraphile":
        return body(postgraphile_form.asked(request), postgraphile_form.DOCUMENTS[operation.name])
    return body(request, operation.document)


def answer(running: Running, operation: Operation, request: Request) -> Any:
    given = running.ask(payload(running, operation, request), request.token)
    if running.contestant.name == "postgraphile" and not given.get("errors"):
        given = postgraphile_form.answered(operation.name, given)
    return comparable(given)


def compare(
    reference: Running, others: Sequence[Running], operation: Operation, requests: Sequence[Request]
) -> list[Any]:
    """The reference's answers.  Raises AnswersDiffer for the first answer that is another, or that holds errors."""
    answers = []
    for request in requests:
        expected = answer(reference, operation, request)
        if expected.get("errors") or not expected["data"]:
            raise AnswersDiffer(f"{operation.name} fails with {request.variables}: {str(expected)[:2000]}")
        for other in others:
            given = answer(other, operation, request)
            if given != expected:
                raise AnswersDiffer(
                    f"{other.contestant.name} answers {operation.name} with {request.variables} otherwise:\n"
                    f"{str(given)[:2000]}\ninstead of\n{str(expected)[:2000]}"
                )
        answers.append(expected)
    return answers


def comparable(value: Any) -> Any:
    """JSON with times as times: the same instant may be written in several ways."""
    match value:
        case dict():
            return {key: comparable(each) for key, each in value.items()}
        case list():
            return [comparable(each) for each in value]
        case str() if len(value) > len("2026-01-01T00:00:00") and value[:4].isdigit() and value[10] == "T":
            return datetime.fromisoformat(value)
        case _:
            return value
