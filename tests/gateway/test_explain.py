"""What an operation did, for those who may ask, and the figures of the engine."""

from typing import Any

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import Settings
from models.identity import Role
from tests.world import Person, World, with_state

ORDERS = "{ orders(first: 2) { nodes { number user { username } items { title } purchases { productName } } } }"
PRODUCTION = {
    "environment": "production",
    "secret_key": "a-secret-of-32-characters-or-more!",
    "database_url": "postgresql://gateway@db/gateway?sslmode=verify-full",
    "mongo_uri": "mongodb://db/?tls=true",
    "stripe_api_key": "sk_live_secret",
}


@pytest.fixture
def production(world: World) -> httpx.AsyncClient:
    """The same world, served as in production."""
    app = create_app(Settings(_env_file=None, **PRODUCTION))  # type: ignore[arg-type]  # They are read as from the environment.
    return httpx.AsyncClient(transport=httpx.ASGITransport(with_state(app, world.handles)), base_url="http://gateway")


async def explained(world: World, person: Person, query: str = ORDERS) -> dict[str, Any]:
    response = await world.post({"query": query}, person, headers={"Explain": "true"})
    found: dict[str, Any] = response.json()["extensions"]["explain"]
    return found


async def test_an_operation_tells_its_statements_with_their_batches_rows_and_times(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    course, product = await world.course(admin), await world.product()
    await world.order(buyer, course, product)
    await world.order(buyer, course)

    told = [await explained(world, admin) for _ in range(2)]

    assert [each["executor"] for each in told] == ["graphql-core", "engine"]
    assert told[0]["reason"] == "first sight"
    plan = {(each["store"], each["target"]): (each["batch"], each["rows"]) for each in told[1]["statements"]}
    assert plan == {
        ("PostgreSQL", "orders"): (1, 2),
        ("PostgreSQL", "users"): (1, 1),
        ("PostgreSQL", "order_items"): (2, 3),
        ("MongoDB", "purchases"): (2, 3),
    }
    assert all(each["startedAtMs"] >= 0 and 0 < each["ms"] <= told[1]["ms"] for each in told[1]["statements"])


async def test_a_plan_tells_no_values(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    products = 'products(where: {title: {startsWith: "Secret"}}) { nodes { title } }'
    query = f'{{ {products} coupons(where: {{code: {{eq: "SECRET"}}}}) {{ totalCount }} }}'

    for _ in range(2):
        told = await explained(world, admin, query)
        assert len(told["statements"]) == 2
        assert "secret" not in str(told).lower()


async def test_a_plan_tells_no_booleans_of_filters_and_all_directions(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    filtered = "purchases(first: 3, where: {isFirstPurchase: {eq: true}}) { nodes { productName } }"
    for _ in range(2):
        await world.person()

    for _ in range(2):
        told = await explained(world, admin, f"{{ users(first: 2) {{ nodes {{ {filtered} }} }} }}")
        (said,) = [each["statement"] for each in told["statements"] if each["store"] == "MongoDB"]
        stages = said[1]["$lookup"]["pipeline"]
        assert stages[0] == {"$match": {"$and": [{"isFirstPurchase": {"$eq": "?"}}]}}
        assert stages[1] == {"$sort": {"createdAt": -1, "_id": -1}}
        assert stages[2] == {"$limit": 3}


async def test_an_answer_is_the_same_with_its_plan_and_without(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await world.order(await world.person(), await world.product())

    for _ in range(2):
        plain = (await world.post({"query": ORDERS}, admin)).json()
        told = (await world.post({"query": ORDERS}, admin, headers={"Explain": "true"})).json()
        assert told.pop("extensions").keys() == {"explain"}
        assert told == plain


@pytest.mark.parametrize("role", [None, *Role])
async def test_in_production_only_administrators_are_told(
    world: World, production: httpx.AsyncClient, role: Role | None
) -> None:
    is_told = role is Role.ADMIN
    person = None if role is None else await world.person(role)
    headers = {"Explain": "true"} | ({} if person is None else {"Authorization": f"Bearer {person.token}"})

    plan = await production.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    figures = await production.get("/metrics", headers=headers)

    assert ("explain" in plan.json().get("extensions", {})) is is_told
    if not is_told:
        assert [each["extensions"]["code"] for each in plan.json()["errors"]] == ["FORBIDDEN"]
    assert figures.status_code == (200 if is_told else 403)


async def test_the_engine_counts_what_it_answered_and_why_it_did_not(world: World) -> None:
    for _ in range(3):
        await world.post({"query": "{ courses { totalCount } }"})
    await world.post({"query": "{ __schema { description } }"})
    await world.post({"query": "{ __schema { description } }"})

    figures = (await world.client.get("/metrics")).text

    assert 'gateway_engine_operations_total{outcome="compiled"} 2.0' in figures
    assert 'gateway_engine_operations_total{outcome="first sight"} 2.0' in figures
    assert 'gateway_engine_operations_total{outcome="__schema"} 1.0' in figures
    assert "gateway_engine_known_operations 2.0" in figures
