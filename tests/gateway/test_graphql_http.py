"""GraphQL over HTTP, as clients of all kinds speak it, and as nobody should."""

from typing import Any

import orjson
import pytest

from models.identity import Role
from resolvers import stores
from resolvers.context import Handles
from resolvers.deadlines import Deadlines
from tests.world import World

SPECIFIED = "application/graphql-response+json"
NOT_FOUND = '{ node(id: "Q291cnNlOjAxOWEwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA==") { id } }'


def codes(body: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in body["errors"]]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"null", "application/json", 400),
        (b"5", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"query": null}', "application/json", 400),
        (b'{"query": 5}', "application/json", 400),
        (b'{"query": "  "}', "application/json", 400),
        (b'{"query": "{__typename}", "variables": []}', "application/json", 400),
        (b'{"query": "{__typename}", "variables": "x"}', "application/json", 400),
        (b'{"query": "{__typename}", "operationName": {}}', "application/json", 400),
        (b'{"query": "{__typename}"}', "text/plain", 415),
        (b"query=%7B__typename%7D", "application/x-www-form-urlencoded", 415),
        (b"x" * (1 << 21), "application/json", 413),
    ],
)
async def test_what_is_no_graphql_request_is_refused(
    world: World, content: bytes, content_type: str, status: int
) -> None:
    response = await world.client.post("/graphql", content=content, headers={"Content-Type": content_type})

    assert response.status_code == status
    assert codes(response.json()) == ["BAD_REQUEST"]
    assert len(response.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "{ nothing }",
        "{ node }",
        "{ node(id: 5.5) { id } }",
        "query($id: ID!) { node(id: $id) { id } }",
        "subscription { x }",
        "mutation { x }",
        "{ a: __typename } query B { __typename }",
        "{" * 900,
        "{" + " __typename" * 2000 + "}",
        "{" * 5000,
        "{ node(id: " + "[" * 5000 + ") { id } }",
        "{ ...F } fragment F on Query { ...F }",
        "\x00",
        "😀",
    ],
)
async def test_a_mistake_in_a_document_is_the_callers_with_the_statuses_of_the_specification(
    world: World, query: str
) -> None:
    plain = await world.post({"query": query})
    specified = await world.post({"query": query}, headers={"Accept": SPECIFIED})

    assert (plain.status_code, specified.status_code) == (200, 400)
    assert set(codes(plain.json())) == {"BAD_REQUEST"}
    assert plain.json() == specified.json()
    assert "data" not in plain.json()
    assert specified.headers["content-type"] == f"{SPECIFIED}; charset=utf-8"


async def test_a_very_deep_variable_is_refused(world: World) -> None:
    deep = (
        b'{"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": '
        + b"[" * 900
        + b"]" * 900
        + b"}}"
    )

    response = await world.client.post("/graphql", content=deep, headers={"Content-Type": "application/json"})

    assert codes(response.json()) == ["BAD_REQUEST"]


async def test_an_operation_is_chosen_by_name(world: World) -> None:
    document = "query A { a: __typename } query B { b: __typename }"

    chosen = await world.post({"query": document, "operationName": "B"})
    unknown = await world.post({"query": document, "operationName": "C"})

    assert chosen.json() == {"data": {"b": "Query"}}
    assert codes(unknown.json()) == ["BAD_REQUEST"]


async def test_a_query_may_come_by_get_and_nothing_else_may(world: World) -> None:
    query = await world.client.get(
        "/graphql", params={"query": "query($a: Boolean!) { __typename @include(if: $a) }", "variables": '{"a": true}'}
    )
    other = await world.client.put("/graphql")

    assert query.json() == {"data": {"__typename": "Query"}}
    assert (other.status_code, set(other.headers["allow"].split(", "))) == (405, {"GET", "HEAD", "POST"})


async def test_a_browser_gets_graphiql_in_development(world: World) -> None:
    response = await world.client.get("/graphql", headers={"Accept": "text/html,application/xhtml+xml"})

    assert response.status_code == 200
    assert "GraphiQL" in response.text


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer gws_unknown", "Bearer gwk_unknown", "Basic eDp5", "Bearer gws_é"]
)
async def test_a_token_that_stands_for_nobody_is_refused(world: World, header: str) -> None:
    response = await world.client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={b"Authorization": header.encode()}
    )

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert codes(response.json()) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET revoked_at = now()",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
        "UPDATE users SET disabled_at = now()",
        "UPDATE users SET erased_at = now()",
        "DELETE FROM sessions",
    ],
)
async def test_a_session_that_has_ended_is_refused_at_once(world: World, change: str) -> None:
    admin = await world.person(Role.ADMIN)
    assert (await world.post({"query": "{ orders { totalCount } }"}, admin)).json() == {
        "data": {"orders": {"totalCount": 0}}
    }

    await world.handles.postgres.execute(change)

    assert (await world.post({"query": "{ __typename }"}, admin)).status_code == 401


async def test_what_fails_unexpectedly_is_masked_and_carries_the_request_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("resolvers.tables.fetch", fail)

    response = await world.post({"query": NOT_FOUND}, headers={"X-Request-Id": "a-request-of-mine"})

    assert response.headers["x-request-id"] == "a-request-of-mine"
    assert "hunter2" not in response.text
    assert response.json() == {
        "data": {"node": None},
        "errors": [
            {
                "message": "Something went wrong on our side: try again, or report it with the request id.",
                "locations": [{"line": 1, "column": 3}],
                "path": ["node"],
                "extensions": {"code": "INTERNAL", "retryable": True, "requestId": "a-request-of-mine"},
            }
        ],
    }


async def test_an_answer_that_is_too_deep_to_be_written_is_refused(world: World) -> None:
    buyer = await world.person()
    await world.order(buyer, await world.course(buyer))
    deep = "{ me { " + "orders(first: 1) { nodes { user { " * 64 + "id" + " } } }" * 64 + " } }"

    for _ in range(2):
        response = await world.post({"query": deep}, buyer)

        assert response.status_code == 200
        assert codes(response.json()) == ["TOO_EXPENSIVE"]


@pytest.mark.parametrize("given", ["short", "x" * 65, "has space in it", "new\tline-in-it", "<script>alert(1)"])
async def test_a_request_id_that_could_do_harm_in_a_log_is_replaced(world: World, given: str) -> None:
    response = await world.client.get("/healthz", headers={"X-Request-Id": given})

    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 32


async def test_a_slow_operation_is_given_up_with_a_typed_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.graphql_http.DEADLINES", Deadlines(0.2))

    async def sleep(handles: Handles, *_: object) -> Any:
        return await stores.fetch(handles, "courses", "SELECT pg_sleep(3)")

    monkeypatch.setattr("resolvers.tables.fetch", sleep)

    response = await world.post({"query": NOT_FOUND})

    assert orjson.loads(response.content)["errors"][0]["extensions"] == {"code": "TIMEOUT", "retryable": True}


async def test_health_and_readiness(world: World) -> None:
    alive, ready = await world.client.get("/healthz"), await world.client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ready", "postgresql": "ok", "mongodb": "ok", "migrations": "ok"},
    )


async def test_a_service_whose_migrations_are_not_current_is_not_ready(world: World) -> None:
    version = await world.handles.postgres.fetchval("SELECT version_num FROM alembic_version")
    earlier = await world.handles.postgres.execute("UPDATE alembic_version SET version_num = '2026_11_20_01'")
    try:
        response = await world.client.get("/readyz")
    finally:
        await world.handles.postgres.execute("UPDATE alembic_version SET version_num = $1", version)

    assert earlier == "UPDATE 1"
    assert response.status_code == 503


async def test_a_document_that_is_too_long_is_refused_before_it_is_read(world: World) -> None:
    longest = "{ __typename }".ljust(1 << 16, ",")

    assert (await world.post({"query": longest})).json() == {"data": {"__typename": "Query"}}
    refused = await world.post({"query": longest + ","})

    assert refused.status_code == 413
    assert [error["extensions"]["code"] for error in refused.json()["errors"]] == ["BAD_REQUEST"]
