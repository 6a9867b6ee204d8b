"""Cases of the comparison: each is an operation with a few askings, made from a number, the same for the same data."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from graphql import GraphQLSchema, parse

from models.identity import Role
from resolvers.viewer import Viewer
from schema.limits import objects_in
from tests.engine.documents import Document
from tests.engine.generator import Writer
from tests.engine.values import Pool, Values

MOST_OBJECTS = 2500
SEES_ALL = Viewer(UUID(int=0), Role.ADMIN)
VIEWERS = ("nobody", "buyer", "other", "analyst", "admin", "narrow", "buying analyst")


@dataclass(frozen=True)
class Round:
    """One asking of an operation.  Variables in `pages` become cursors that the first asking was answered with."""

    viewer: str
    variables: dict[str, Any]
    pages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Case:
    name: str
    query: str
    operation_name: str | None
    rounds: tuple[Round, ...]
    is_odd: bool


def case_of(schema: GraphQLSchema, pool: Pool, viewers: Mapping[str, Viewer], seed: int, number: int) -> Case:
    random = Random(f"{seed}/{number}")
    is_odd = random.random() < 0.15
    viewer = random.choices(VIEWERS, (2, 4, 2, 3, 5, 1, 1))[0]
    while True:
        mine = viewers[viewer].user_id if "admin" not in viewer else None
        document = Document(Values(pool, random, is_odd, mine), random)
        writer = Writer(schema, document, random, viewer)
        named = "Q" if random.random() < 0.5 else ""
        more, operation_name = other(random, is_odd) if named and random.random() < 0.2 else ("", None)
        query = document.text(writer.root(), named, more)
        if size(schema, query) <= MOST_OBJECTS or (is_odd and random.random() < 0.1):
            break
    quiet, rounds = document.quiet(), []
    for turn in range(random.choice((1, 1, 1, 2, 2, 3))):
        given: dict[str, Any] = {}
        for name, variable in document.variables.items():
            if variable.kind is not None:
                variable.value(quiet, random, given, name)
        if is_odd and random.random() < 0.1:
            given["unknown"] = 1
        pages = tuple(each for each in document.pages if each[0] in document.variables) if turn else ()
        rounds.append(Round(viewer if turn == 0 or random.random() < 0.6 else random.choice(VIEWERS), given, pages))
    return Case(f"{seed}/{number}", query, operation_name, tuple(rounds), is_odd)


def other(random: Random, is_odd: bool) -> tuple[str, str | None]:  # noqa: FBT001
    """Another operation beside the one that is meant, and the name of the one to execute."""
    text = random.choice(("query Other { courses(first: 1) { nodes { id } } }", "query Other { __typename }"))
    names = ("Q", "Q", "Other", "Nothing", None) if is_odd else ("Q", "Q", "Q", "Other")
    return text, random.choice(names)


def size(schema: GraphQLSchema, query: str) -> int:
    document = parse(query)
    operations: list[Any] = [each for each in document.definitions if hasattr(each, "operation")]
    return max(objects_in(schema, document, each, {}, SEES_ALL) for each in operations)
