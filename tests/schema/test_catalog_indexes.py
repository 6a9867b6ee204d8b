"""Pages of the catalog are read from indexes in their order, the first and the deep ones, on both databases."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from models.identity import Role
from resolvers import collection_unions, tables
from resolvers.context import Handles
from resolvers.stores import aggregate, fetch
from tests.schema.catalog_oracle import many, stock
from tests.schema.test_catalog import page
from tests.world import World

ORDERS = [(field, direction) for field in ("PRICE", "TITLE", "NEWEST", "POPULARITY") for direction in ("ASC", "DESC")]
AROUND = """query($first: Int, $after: String, $last: Int, $orderBy: CatalogOrder) { catalog(
  first: $first, after: $after, last: $last, orderBy: $orderBy
) { nodes { title } pageInfo { startCursor } } }"""


@pytest.mark.parametrize("role", [None, Role.ADMIN])
async def test_first_and_deep_pages_of_thousands_are_read_by_the_index(
    world: World, monkeypatch: pytest.MonkeyPatch, role: Role | None
) -> None:
    viewer = await world.person(role or Role.USER)
    await stock(world.handles, viewer.id, list(many(6000)))
    await world.handles.postgres.execute("ANALYZE courses")
    sent = overheard(monkeypatch)
    for by, direction in ORDERS:
        order = {"field": by, "direction": direction}
        sent.sql.clear()
        sent.pipelines.clear()
        end = await page(world, viewer, AROUND, last=100, orderBy=order)
        deep = await page(world, viewer, AROUND, first=10, after=end["pageInfo"]["startCursor"], orderBy=order)

        assert [node["title"] for node in deep["nodes"]] == [node["title"] for node in end["nodes"][1:11]]
        assert len(sent.sql) == len(sent.pipelines) == 2
        for text, arguments in sent.sql:
            await reads_the_index_in_order_on_postgres(world, text, arguments)
        for collection, pipeline in sent.pipelines:
            await reads_the_index_in_order_on_mongo(world, collection, pipeline)


@dataclass
class Sent:
    """What was sent with its values, which no driver tells its observers."""

    sql: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    pipelines: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)


def overheard(monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()

    async def fetched(handles: Handles, table: str, text: str, *arguments: object) -> Any:
        if table == "courses":
            sent.sql.append((text, arguments))
        return await fetch(handles, table, text, *arguments)

    async def aggregated(handles: Handles, collection: str, pipeline: list[dict[str, Any]]) -> Any:
        sent.pipelines.append((collection, pipeline))
        return await aggregate(handles, collection, pipeline)

    monkeypatch.setattr(tables, "fetch", fetched)
    monkeypatch.setattr(collection_unions, "aggregate", aggregated)
    return sent


async def reads_the_index_in_order_on_postgres(world: World, text: str, arguments: tuple[object, ...]) -> None:
    explained = await world.handles.postgres.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *arguments)
    nodes = list(plans(json.loads(explained)[0]["Plan"]))
    scans = [node["Node Type"] for node in nodes if "Scan" in node["Node Type"]]
    assert scans in (["Index Scan"], ["Index Only Scan"]), explained
    assert not any(node["Node Type"] == "Sort" or node.get("Rows Removed by Filter") for node in nodes), explained


async def reads_the_index_in_order_on_mongo(world: World, collection: str, pipeline: list[dict[str, Any]]) -> None:
    mongo = world.handles.mongo
    split = next(number for number, stage in enumerate(pipeline) if "$unionWith" in stage)
    union = pipeline[split]["$unionWith"]
    for name, branch in ((collection, pipeline[:split]), (union["coll"], union["pipeline"])):
        command = {"explain": {"aggregate": name, "pipeline": branch, "cursor": {}}, "verbosity": "executionStats"}
        explained = await mongo.command(command, codec_options=mongo.codec_options)
        # Two scans are merged beyond a position: one of what ties with it, and one of what comes after.
        most = next(stage["$limit"] for stage in branch if "$limit" in stage) + 2
        assert set(found(explained, "stage")).isdisjoint({"COLLSCAN", "SORT"}), explained
        assert max(found(explained, "totalKeysExamined")) <= most
        assert max(found(explained, "totalDocsExamined")) <= most


def plans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from plans(below)


def found(explained: Any, name: str) -> Iterator[Any]:
    """What is said under this name anywhere but in plans that were not chosen."""
    if isinstance(explained, list):
        for each in explained:
            yield from found(each, name)
    elif isinstance(explained, dict):
        for key, value in explained.items():
            if key == name:
                yield value
            elif key != "rejectedPlans":
                yield from found(value, name)
