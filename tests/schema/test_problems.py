"""Problems: what a caller can cause and handle is data, in one vocabulary with the codes of errors, and what no
mutation says that it refuses is a bug of ours.
"""

import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import strawberry
from graphql import GraphQLInterfaceType, GraphQLUnionType, introspection_from_schema

from models.identity import Role
from resolvers import profiles, refusals
from resolvers.context import Context
from resolvers.lanes import Lanes
from resolvers.refusals import ProblemCode, Refusal
from schema.build import build
from schema.errors import is_unexpected
from schema.refusals import PROBLEMS, mutation, problem
from tests.schema.who_sees_what import MUTATIONS
from tests.world import World

UPDATE = """mutation { updateProfile(input: {firstName: "Ada"}) { __typename
  ... on Problem { message code path retryable } ... on StoreUnavailable { store } } }"""
SCHEMA = build()._schema
HAVE_TWO_SUCCESSES = {"payOrder", "confirmPayment", "purchase", "refundOrder"}
"""What may have to wait, for the buyer or for the provider."""


async def test_a_mutation_of_nobody_is_answered_as_a_problem_and_sends_no_statement(world: World) -> None:
    answer = await world.ask(UPDATE)

    assert answer == {
        "data": {
            "updateProfile": {
                "__typename": "NotSignedIn",
                "message": "You are not signed in: sign in first.",
                "code": "UNAUTHENTICATED",
                "path": None,
                "retryable": False,
            }
        }
    }
    assert world.observed.read == []


@pytest.mark.parametrize("role", [None, *Role])
async def test_every_viewer_runs_the_mutations_that_the_table_gives_them(world: World, role: Role | None) -> None:
    viewer = await world.person(role) if role else None
    letters = {None: ".", Role.USER: ".s", Role.ANALYST: ".sy", Role.ADMIN: ".sa"}[role]
    refused = "Forbidden" if viewer else "NotSignedIn"
    assert SCHEMA.mutation_type is not None
    assert set(MUTATIONS) == set(SCHEMA.mutation_type.fields), "A mutation without a row in who_sees_what.MUTATIONS."

    for name, (who, given) in MUTATIONS.items():
        answer = await world.ask(f"mutation {{ {name}(input: {given}) {{ __typename }} }}", viewer)
        may_run = bool(set(letters) & set(who))
        assert (answer["data"][name]["__typename"] != refused) == may_run, name


async def test_a_database_that_is_away_is_a_problem_to_try_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person = await world.person()
    fetch = Lanes.fetch

    async def refused(pool: Any, text: str, *arguments: Any) -> Any:
        if "INSERT" in text:
            raise asyncpg.CannotConnectNowError("starting up")
        return await fetch(pool, text, *arguments)

    monkeypatch.setattr(Lanes, "fetch", refused)

    assert (await world.ask(UPDATE, person))["data"]["updateProfile"] == {
        "__typename": "StoreUnavailable",
        "message": "PostgreSQL does not answer at the moment: try again shortly.",
        "code": "DATABASE_UNAVAILABLE",
        "path": None,
        "retryable": True,
        "store": "PostgreSQL",
    }


@pytest.mark.parametrize("raised", [refusals.Forbidden("this"), ZeroDivisionError("secret")], ids=["refusal", "fault"])
async def test_what_a_mutation_does_not_declare_is_masked_and_logged_with_the_request_id(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: Exception
) -> None:
    person = await world.person()

    async def fail(*_: Any) -> Any:
        raise raised

    monkeypatch.setattr(profiles, "update_profile", fail)
    response = await world.post({"query": UPDATE}, person, {"X-Request-Id": "request-1"})

    assert response.json()["data"] is None
    assert [error["extensions"] for error in response.json()["errors"]] == [
        {"code": "INTERNAL", "retryable": True, "requestId": "request-1"}
    ]
    assert "secret" not in response.text
    assert type(raised).__name__ in capsys.readouterr().out


async def test_a_mutation_is_not_run_by_get(world: World) -> None:
    person = await world.person()
    signed = {"Authorization": f"Bearer {person.token}"}

    response = await world.client.get("/graphql", params={"query": UPDATE}, headers=signed)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM user_profiles") == 0


def test_a_refusal_that_no_problem_shows_cannot_be_declared() -> None:
    with pytest.raises(AssertionError, match="no problem shows TooExpensive"):
        mutation(refusals.TooExpensive, description="Costs too much.")


def test_a_problem_shows_what_its_refusal_says_and_nothing_else() -> None:
    with pytest.raises(AssertionError, match="StoreUnavailable shows what StoreUnavailable does not say"):

        @problem(refusals.StoreUnavailable, description="Something else.")
        class StoreUnavailable:
            table: str = strawberry.field(description="It does not say which.")


@strawberry.type
class Greeted:
    whom: str


@mutation(description="Is for anybody.", is_for_anybody=True)
async def greet_anybody(info: strawberry.Info[Context, None]) -> Greeted:
    return Greeted(whom=str(info.context.viewer.user_id))


@mutation(description="Is for people, and forgets to ask who it is.")
async def greet_person(info: strawberry.Info[Context, None]) -> Greeted:
    return Greeted(whom=str(info.context.viewer.user_id))


@mutation(description="Refuses its input without saying that it may.", is_for_anybody=True)
async def greet_wrongly() -> Greeted:
    raise refusals.InvalidInput((), "There is no input.")


@strawberry.type
class Greetings:
    greet_anybody = greet_anybody
    greet_person = greet_person
    greet_wrongly = greet_wrongly


async def test_only_what_is_for_anybody_is_run_for_nobody(world: World) -> None:
    schema = strawberry.Schema(query=Greeted, mutation=Greetings)

    answer = await schema.execute(
        "mutation { greetAnybody { __typename } greetPerson { __typename } }", context_value=Context(world.handles)
    )

    assert answer.errors is None
    assert answer.data == {"greetAnybody": {"__typename": "Greeted"}, "greetPerson": {"__typename": "NotSignedIn"}}


async def test_a_problem_that_other_mutations_have_is_a_bug_of_one_that_does_not_declare_it(world: World) -> None:
    schema = strawberry.Schema(query=Greeted, mutation=Greetings)

    answer = await schema.execute("mutation { greetWrongly { __typename } }", context_value=Context(world.handles))

    assert answer.errors is not None
    (error,) = answer.errors
    assert error.message == "Bug: greetWrongly raised InvalidInput, which it does not declare."
    assert is_unexpected(error)


def every_refusal(parent: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [each for child in parent.__subclasses__() for each in (child, *every_refusal(child))]


def test_codes_are_one_vocabulary_that_the_graph_and_its_page_publish() -> None:
    page = (Path(__file__).parents[2] / "docs" / "graph.md").read_text()
    table = page.partition("| code | means | do |")[2].partition("\n\n")[0]
    explained = set(re.findall(r"`([A-Z_]+)`", table))
    published = {each["name"] for each in introspected("ProblemCode")["enumValues"]}

    assert {refusal.code for refusal in every_refusal() if hasattr(refusal, "code")} <= set(ProblemCode)
    assert published == set(ProblemCode) == explained


def introspected(name: str) -> Any:
    types: Any = introspection_from_schema(SCHEMA)["__schema"]["types"]
    return next(each for each in types if each["name"] == name)


def test_every_result_is_a_success_and_the_problems_that_all_mutations_have() -> None:
    interface = SCHEMA.get_type("Problem")
    assert isinstance(interface, GraphQLInterfaceType)
    problems = {each.name for each in SCHEMA.get_possible_types(interface)}
    assert problems == {each.__name__ for each in PROBLEMS.values()}
    assert SCHEMA.mutation_type is not None
    for name, field in SCHEMA.mutation_type.fields.items():
        union = field.type.of_type
        assert isinstance(union, GraphQLUnionType)
        members = {each.name for each in union.types}
        assert union.name == f"{name[0].upper()}{name[1:]}Result"
        assert {"NotSignedIn", "StoreUnavailable"} <= members
        assert len(members - problems) == 1 + (name in HAVE_TWO_SUCCESSES)
