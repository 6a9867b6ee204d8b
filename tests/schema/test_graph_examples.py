"""The examples of docs/graph.md and of the README, run on the demo's data."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.seeding import Size, seed
from gateway.settings import Settings
from models.values import new_id
from resolvers.identity import start_session
from tests.world import Person, World

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "graph.md").read_text()
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
async def demo(world: World, settings: Settings) -> World:
    await seed(world.handles, settings, size=Size.DEMO, seed=42, reset=False, progress=lambda *_: None)
    return world


async def test_every_example_answers_as_it_says(demo: World) -> None:
    assert len(EXAMPLES) >= 8
    for example in EXAMPLES:
        said = dict(re.findall(r"^# (as|refused:?) (\S+)$", example, re.MULTILINE))
        token = await start_session(demo.handles, said.get("as", "admin@example.com"), "test", timedelta(hours=1))
        assert token is not None, example
        answer = await demo.ask(example, Person(new_id(), "", "", token))
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes == ({said["refused:"]} if "refused:" in said else set()), (example, answer)
        assert said.get("refused:") or all(value not in (None, []) for value in answer["data"].values()), example


async def test_the_readmes_mutation_answers_as_it_says(demo: World) -> None:
    ((mutation, answer),) = re.findall(r"```graphql\n(mutation.*?)```.*?```json\n(.*?)```", README, re.DOTALL)
    token = await start_session(demo.handles, "admin@example.com", "test", timedelta(hours=1))
    assert token is not None

    assert await demo.ask(mutation, Person(new_id(), "", "", token)) == json.loads(answer)
