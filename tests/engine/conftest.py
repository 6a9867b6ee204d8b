"""The rough data that both executors are compared on, made once for the tests of a module."""

from collections.abc import AsyncIterator

import pytest

from gateway.databases import bind_documents
from gateway.settings import Settings
from resolvers.context import Handles
from schema.build import build
from tests.conftest import empty
from tests.engine.executors import Executors
from tests.engine.generator import charts
from tests.engine.place import made_rough
from tests.engine.values import Pool, harvested
from tests.observed import Observed


@pytest.fixture(scope="module")
async def pool_and_executors(
    session_handles: tuple[Handles, Observed], settings: Settings
) -> AsyncIterator[tuple[Pool, Executors]]:
    opened, _ = session_handles
    await bind_documents(opened.mongo.client[opened.mongo.name])
    viewers = await made_rough(opened, settings)
    pool = await harvested(opened)
    yield pool, await Executors(build(), opened, viewers).with_charts(charts(pool))
    await empty(opened)


@pytest.fixture(scope="module")
def pool(pool_and_executors: tuple[Pool, Executors]) -> Pool:
    return pool_and_executors[0]


@pytest.fixture(scope="module")
def executors(pool_and_executors: tuple[Pool, Executors]) -> Executors:
    return pool_and_executors[1]
