"""Documents are parsed and validated once while they are remembered; what is unsound is refused each time."""

import sys
from typing import Any, cast
from uuid import uuid4

import pytest

from models.identity import Role
from resolvers.context import Context, Handles
from resolvers.viewer import Viewer
from schema import known_documents
from schema.build import build
from schema.known_documents import KnownDocuments

SOUND = "{ __typename }"
UNSOUND = "{ nothing }"
UNREADABLE = "{"
SIZED = "query($first: Int!) { __typename orders(first: $first) { nodes { items { price { amount } } } } }"
ADMIN = Viewer(uuid4(), Role.ADMIN)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is parsed, and `validated` for each validation."""
    strawberry_schema: Any = sys.modules["strawberry.schema.schema"]
    seen: list[str] = []
    parse, validate = strawberry_schema.parse, strawberry_schema.validate_document

    def parsed(text: str, **options: Any) -> Any:
        seen.append(text)
        return parse(text, **options)

    def validated(*given: Any) -> Any:
        seen.append("validated")
        return validate(*given)

    monkeypatch.setattr(strawberry_schema, "parse", parsed)
    monkeypatch.setattr(strawberry_schema, "validate_document", validated)
    return seen


async def executed(schema: Any, text: str, **variables: Any) -> tuple[Any, list[str]]:
    context = Context(cast("Handles", None), ADMIN)
    result = await schema.execute(text, variable_values=variables, context_value=context)
    return result.data, [error.message for error in result.errors or []]


async def test_a_sound_document_is_parsed_and_validated_once(counted: list[str]) -> None:
    schema = build()

    answers = [await executed(schema, SOUND) for _ in range(3)]

    assert answers == [({"__typename": "Query"}, [])] * 3
    assert counted == [SOUND, "validated"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (UNSOUND, "Cannot query field 'nothing' on type 'Query'."),
        (UNREADABLE, "Syntax Error: Expected Name, found <EOF>."),
    ],
)
async def test_an_unsound_document_is_refused_each_time(text: str, said: str) -> None:
    schema = build()

    assert [await executed(schema, text) for _ in range(3)] == [(None, [said])] * 3


async def test_what_a_known_document_asks_for_is_judged_by_its_variables_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("schema.limits.MOST_OBJECTS", 50)
    schema = build()
    _, small = await executed(schema, SIZED, first=1)

    refused = await executed(schema, SIZED, first=100)

    assert not any("50" in message for message in small)
    assert refused[0] is None
    assert "50" in refused[1][0]


def test_only_so_many_are_remembered_and_those_that_were_sent_last() -> None:
    known = KnownDocuments(most=2)
    for text in ("a", "b"):
        known.add(text, cast("Any", text))
    known.get("a")
    known.add("c", cast("Any", "c"))

    kept: list[Any] = [known.get(text) for text in ("a", "b", "c")]
    assert kept == ["a", None, "c"]
    assert known_documents.MOST_DOCUMENTS >= 100
