"""A passage by chance: which can come, how evenly they come, and how little is read for it."""

from collections import Counter
from typing import Any

import pytest

from models.catalog import CourseLevel, Passage
from models.identity import Role
from resolvers import samples
from resolvers.context import Handles
from resolvers.samples import NEIGHBOURS
from resolvers.stores import aggregate
from tests import shop
from tests.schema.test_catalog_indexes import found
from tests.world import Person, World

RANDOM = "query($level: CourseLevel) { randomPassage(level: $level) { title } }"


async def drawn(world: World, viewer: Person | None = None, level: str | None = None) -> str | None:
    answer = await world.ask(RANDOM, viewer, level=level)
    assert "errors" not in answer, answer
    passage = answer["data"]["randomPassage"]
    return None if passage is None else str(passage["title"])


async def test_a_passage_by_chance_is_a_published_one_of_the_level(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    easy = await shop.passage(world, level=CourseLevel.BEGINNER)
    hidden = await shop.passage(world, level=CourseLevel.BEGINNER, is_published=False)
    hard = await shop.passage(world, level=CourseLevel.ADVANCED)

    assert {await drawn(world, None, "beginner") for _ in range(10)} == {easy.title}
    assert await drawn(world, None, "intermediate") is None
    assert {await drawn(world) for _ in range(40)} == {easy.title, hard.title}
    assert {await drawn(world, admin, "beginner") for _ in range(40)} == {easy.title, hidden.title}
    assert {await drawn(world, admin) for _ in range(60)} == {easy.title, hidden.title, hard.title}
    assert world.observed.statements == {"passages": 1}
    assert world.observed.rows == {"passages": 1}


async def test_a_passage_without_a_name_has_none(world: World) -> None:
    passage = await shop.passage(world)
    await world.handles.mongo["passages"].update_one({"_id": passage.id}, {"$unset": {"title": ""}})

    assert await world.ask(RANDOM) == {"data": {"randomPassage": {"title": None}}}


async def test_few_passages_come_equally_often_wherever_their_keys_lie(world: World) -> None:
    for key in (0, 0.5, 0.5, 0.501, 1):
        await shop.passage(world, random_key=key)

    counts = Counter([await drawn(world) for _ in range(500)])

    # Each comes 100 times on average, with a standard deviation of 9.
    assert len(counts) == 5
    assert all(50 <= count <= 150 for count in counts.values()), counts


async def test_of_many_passages_none_comes_much_more_often_than_the_others(world: World) -> None:
    await many_passages(200)

    counts = Counter([await drawn(world) for _ in range(600)])

    # Three times each on average.
    assert len(counts) > 150
    assert max(counts.values()) <= 15, counts


@pytest.mark.parametrize("role", [None, Role.ADMIN])
@pytest.mark.parametrize("level", [None, "beginner"])
@pytest.mark.parametrize("start", [0.0, 0.5, 0.9999])
async def test_of_thousands_of_passages_a_bounded_number_is_examined(
    world: World, monkeypatch: pytest.MonkeyPatch, role: Role | None, level: str | None, start: float
) -> None:
    viewer = await world.person(role or Role.USER)
    await many_passages(5000)
    sent: list[tuple[str, list[dict[str, Any]]]] = []

    async def heard(handles: Handles, collection: str, pipeline: list[dict[str, Any]]) -> Any:
        sent.append((collection, pipeline))
        return await aggregate(handles, collection, pipeline)

    monkeypatch.setattr(samples, "aggregate", heard)
    monkeypatch.setattr(samples, "random", lambda: start)

    assert await drawn(world, viewer, level) is not None

    ((name, pipeline),) = sent
    split = next(number for number, stage in enumerate(pipeline) if "$unionWith" in stage)
    for branch in (pipeline[:split], pipeline[split]["$unionWith"]["pipeline"]):
        mongo = world.handles.mongo
        command = {"explain": {"aggregate": name, "pipeline": branch, "cursor": {}}, "verbosity": "executionStats"}
        explained = await mongo.command(command, codec_options=mongo.codec_options)
        assert set(found(explained, "stage")).isdisjoint({"COLLSCAN", "SORT"}), explained
        assert max(found(explained, "totalDocsExamined")) <= NEIGHBOURS
        assert max(found(explained, "totalKeysExamined")) <= NEIGHBOURS + 1


async def many_passages(count: int) -> None:
    """Passages of which one in ten is not published, and one in three for beginners."""
    levels = list(CourseLevel)
    await Passage.insert_many(
        [
            Passage(title=f"Passage {number}", text="x", level=levels[number % 3], is_published=bool(number % 10))
            for number in range(count)
        ]
    )
