"""A database that is away: both executors answer alike, and the one that goes on does not ask it again.

Ports that nobody listens at stand for the databases; what is counted is how often a driver tries to get there.
"""

import gc
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from pymongo import AsyncMongoClient

from models.identity import Role
from resolvers.codecs import CODEC
from resolvers.context import Context, Handles
from resolvers.lanes import Lanes
from resolvers.viewer import Viewer
from schema.build import build
from schema.ids import global_id
from tests.engine.executors import Executors, Told, told
from tests.world import World

OPERATIONS = (
    "{ me { username member { credits } orders(first: 2) { nodes { number purchases { productName } } } } }",
    "{ courses(first: 2) { nodes { title owned createdBy { username } purchases(first: 1) { totalCount } } } }",
    "{ catalog(first: 3) { nodes { title } } courses(first: 1) { totalCount } products(first: 1) { nodes { title } } }",
    "{ products(first: 2) { edges { node { title owned purchases(first: 1) { nodes { user { username } } } } } } }",
    "{ orders(first: 2) { nodes { number items { item { title } } user { username progress { testsTaken } } } } }",
    "{ purchases(first: 2) { nodes { productName user { username } order { number items { title } } } } }",
    "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on User { username } ... on Product { title } } }",
    '{ node(id: "%s") { ... on User { username member { credits purchasedCourses(first: 2) { title } } } } }',
    '{ referralLeaderboard(first: 3) { rank user { username } } hasPurchased(itemId: "%s") users { totalCount } }',
)


class Calls(logging.Handler):
    """Counts how often somebody tried to reach a database."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "Server selection started" in record.getMessage()

    async def connect(self, *arguments: Any, **named: Any) -> Any:
        self.count += 1
        return await asyncpg.connect(*arguments, **named)


@pytest.fixture(autouse=True)
def sockets_closed() -> Iterator[None]:
    """A client that is closed while it tries to connect forgets its socket, which is then noticed here and by no other
    test.
    """
    yield
    gc.collect()


@asynccontextmanager
async def away(handles: Handles, store: str) -> AsyncIterator[tuple[Handles, Calls]]:
    """The handles with one database away, and how often it was called."""
    calls = Calls()
    if store == "MongoDB":
        log = logging.getLogger("pymongo.serverSelection")
        level = log.level
        log.addHandler(calls)
        log.setLevel(logging.DEBUG)
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            "mongodb://127.0.0.1:1", serverSelectionTimeoutMS=50, uuidRepresentation="standard"
        )
        yield replace(handles, mongo=client.get_database("away", codec_options=CODEC)), calls
        await client.close()
        log.setLevel(level)
        log.removeHandler(calls)
        return
    address = "postgresql://nobody@127.0.0.1:1/away?sslmode=disable"
    pool = await asyncpg.create_pool(address, min_size=0, connect=calls.connect)
    yield replace(handles, lanes=Lanes(pool, 1)), calls
    pool.terminate()


@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket")
@pytest.mark.parametrize("store", ["PostgreSQL", "MongoDB"])
@pytest.mark.parametrize("number", range(len(OPERATIONS)))
async def test_what_a_lost_database_leaves_is_the_same_and_it_is_not_asked_again(
    world: World, store: str, number: int
) -> None:
    admin = await world.person(Role.ADMIN)
    course, product = await world.course(admin), await world.product()
    await world.order(admin, course, product)
    ids = [global_id("User", admin.id), global_id("Product", product.id)]
    query = OPERATIONS[number].replace("%s", ids[0] if "node(" in OPERATIONS[number] else ids[1])
    variables = {"ids": ids} if "$ids" in query else {}
    viewer = Viewer(admin.id, Role.ADMIN)
    async with away(world.handles, store) as (handles, calls):
        executors = Executors(build(), handles, {})
        core = await executors.core(query, None, variables, Context(handles, viewer))
        by_core, calls.count = calls.count, 0

        answer, outcome = await executors.compiled(query, None, variables, viewer)
        by_engine, calls.count = calls.count, 0
        ours = await finished(executors, answer, query, variables)

    assert outcome in {"compiled", "database away"}
    assert (ours.data, ours.errors) == (core.data, core.errors)
    assert by_core > 0
    assert calls.count == 0, "The executor that goes on asks the database that is away."
    assert by_engine <= by_core


async def finished(executors: Executors, answer: Any, query: str, variables: dict[str, Any]) -> Told:
    """What the engine answered, or graphql-core in the context that the engine gave it."""
    if hasattr(answer, "data"):
        return told(answer.data, answer.errors)
    return await executors.core(query, None, variables, answer.context)
