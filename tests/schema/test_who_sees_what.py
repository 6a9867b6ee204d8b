"""The table "Who sees what", run: every type and field, for every kind of viewer, by its id and by every path of two
hops, on the demo's data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from gateway.seeding import Size, seed
from gateway.settings import Settings
from models.identity import Role
from resolvers.identity import start_session
from resolvers.loading import order_of
from resolvers.sources import Window
from resolvers.stores import Row
from schema.build import build
from schema.entities import BY_NAME
from schema.ids import global_id
from tests import lives
from tests.schema.who_sees_what import FIELDS, OWNERS, ROWS
from tests.world import Person, World

SCHEMA = build()._schema
SAMPLES = 8
WITHOUT_ID = {"Activity", "LeaderboardEntry", "ReferralLeader"}
"""Types that are found by no id: who sees them is tested in test_progress and test_leaderboards."""
LETTERS = {None: ".", "USER": ".s", "ANALYST": ".sy", "ADMIN": ".sa"}
NODE = "query($id: ID!) {{ node(id: $id) {{ ... on {type_name} {{ {selection} }} }} }}"


@dataclass(frozen=True)
class Viewer:
    """A kind of viewer: the letters of the table that it goes by whatever the row, and somebody of the kind."""

    name: str
    letters: str
    person: Person | None


def fields_of(type_name: str) -> dict[str, GraphQLField]:
    graph_type = SCHEMA.get_type(type_name)
    assert isinstance(graph_type, GraphQLObjectType)
    fields: dict[str, GraphQLField] = graph_type.fields
    return fields


def optional(type_name: str) -> Iterator[tuple[str, GraphQLNamedType]]:
    """The fields of a type that can be asked for without arguments, and the types of what they are."""
    for name, field in fields_of(type_name).items():
        if not any(is_required_argument(argument) for argument in field.args.values()):
            yield name, get_named_type(field.type)


def leaves(type_name: str) -> str:
    """A selection of the fields of a type that are values, amounts of money in whole."""
    kinds = dict(optional(type_name))
    plain = [name for name, kind in kinds.items() if is_leaf_type(kind)]
    return " ".join([*plain, *(f"{name} {{ amount }}" for name, kind in kinds.items() if kind.name == "Money")])


def relations(type_name: str) -> Iterator[tuple[str, str, str]]:
    """Each field that leads to objects with an id, for each type that they may have: what is written before and after
    the selection on those objects, and their type.
    """
    for name, kind in optional(type_name):
        if kind.name.endswith("Connection"):
            target = get_named_type(fields_of(kind.name)["nodes"].type).name
            if target not in found_by_id():
                continue
            yield f"{name}(first: 3) {{ nodes {{", "} }", target
        elif kind.name in BY_NAME and kind.name in found_by_id():
            yield f"{name} {{", "}", kind.name
        elif isinstance(kind, GraphQLInterfaceType):
            for possible in SCHEMA.get_possible_types(kind):
                yield f"{name} {{ ... on {possible.name} {{", "} }", possible.name


def test_every_type_and_field_has_its_row_in_the_table() -> None:
    assert set(ROWS) == set(BY_NAME), "A type without a row in who_sees_what.ROWS, or a row without a type."
    assert set(BY_NAME) - set(found_by_id()) == WITHOUT_ID, "A type without an id, which the tests below pass over."
    for type_name in BY_NAME:
        assert set(FIELDS[type_name]) == set(fields_of(type_name)), f"Rows of {type_name} in who_sees_what.FIELDS."


@pytest.fixture
async def viewers(world: World, settings: Settings) -> dict[str, Viewer]:
    """The demo's data, and one viewer of each kind; the owner is whoever a row is about."""
    await seed(world.handles, settings, size=Size.DEMO, seed=42, reset=False, progress=lambda *_: None)
    found = {"anonymous": Viewer("anonymous", LETTERS[None], None)}
    stranger = await world.person(has_member=False)
    found["signed in"] = Viewer("signed in", LETTERS["USER"], stranger)
    # What the demo does not hold, somebody of it gets here.
    alice = await world.handles.postgres.fetchrow("SELECT id FROM users WHERE username = 'alice'")
    assert alice is not None
    owner = Person(alice["id"], "alice", "alice@example.com", "")
    await world.save(lives.account(world, owner), lives.api_key(world, owner), lives.chart(world, owner))
    await world.save(lives.consistency_report())
    assert await start_session(world.handles, owner.email, "test", timedelta(hours=1))
    found["analyst"] = Viewer("analyst", LETTERS["ANALYST"], await world.person(Role.ANALYST, has_member=False))
    found["admin"] = Viewer("admin", LETTERS["ADMIN"], await world.person(Role.ADMIN, has_member=False))
    return found


async def owner_of(world: World, type_name: str, row: Row) -> Viewer | None:
    """The first person whom a row is about."""
    for column in OWNERS.get(type_name, ()):
        found = await world.handles.postgres.fetchrow("SELECT * FROM users WHERE id = $1", row[column])
        if found is None:
            continue
        token = await start_session(world.handles, found["email"], "test", timedelta(hours=1))
        if token is not None:
            person = Person(found["id"], found["username"], found["email"], token)
            return Viewer("owner", LETTERS[found["role"]], person)
    return None


def found_by_id() -> Iterator[str]:
    """The types whose objects have an id."""
    return (type_name for type_name in BY_NAME if "id" in FIELDS[type_name])


async def samples(world: World, type_name: str) -> list[Row]:
    entity = BY_NAME[type_name]
    model = entity.loader.model
    columns = tuple({entity.source.stored("id"), *OWNERS.get(type_name, ()), *entity.visibility.needs})
    window = Window(limit=SAMPLES, order=order_of(model, "id"))
    rows = await entity.source.window(world.handles, columns, window)
    return [row for row in rows if not entity.visibility.published or row[entity.visibility.published]]


async def seen(world: World, viewer: Viewer, type_name: str, row: Row, selection: str) -> tuple[Any, set[str]]:
    """What a viewer sees of a row by its id, and the names of the fields that are refused."""
    given = global_id(type_name, row[BY_NAME[type_name].source.stored("id")])
    answer = await world.ask(NODE.format(type_name=type_name, selection=selection), viewer.person, id=given)
    errors = answer.get("errors", [])
    assert {error["extensions"]["code"] for error in errors} <= {"FORBIDDEN"}, answer
    return answer["data"]["node"], {error["path"][1] for error in errors if len(error["path"]) == 2}


def sees(viewer: Viewer, type_name: str, row: Row, letters: str) -> bool:
    is_owner = viewer.person is not None and viewer.person.id in [row[name] for name in OWNERS.get(type_name, ())]
    return bool(set(viewer.letters + ("o" if is_owner else "")) & set(letters))


async def test_every_viewer_sees_of_every_type_what_the_table_says(world: World, viewers: dict[str, Viewer]) -> None:
    for type_name in found_by_id():
        rows = await samples(world, type_name)
        assert rows, f"The demo has no {type_name} to look at."
        led = [f"{before} __typename {after}" for before, after, _ in relations(type_name)]
        whole = " ".join([leaves(type_name), *led])
        for row in rows[:2]:
            owner = await owner_of(world, type_name, row)
            for viewer in (*viewers.values(), *([owner] if owner else [])):
                shown, refused = await seen(world, viewer, type_name, row, whole)
                where = f"{type_name} as {viewer.name}"
                assert (shown is not None) == sees(viewer, type_name, row, ROWS[type_name]), where
                if shown is not None:
                    expected = {name for name in shown if not sees(viewer, type_name, row, FIELDS[type_name][name])}
                    assert refused == expected, where
                    assert all(shown[name] is None for name in refused), where


async def test_what_is_seen_of_a_row_does_not_depend_on_the_path_to_it(
    world: World, viewers: dict[str, Viewer]
) -> None:
    for type_name in found_by_id():
        for row in (await samples(world, type_name))[:2]:
            owner = await owner_of(world, type_name, row)
            for viewer in (*viewers.values(), *([owner] if owner else [])):
                for before, after, target in relations(type_name):
                    below = f"{before} {leaves(target)} {after}"
                    await compare(world, viewer, type_name, row, below, target)


async def compare(world: World, viewer: Viewer, type_name: str, row: Row, selection: str, target: str) -> None:
    given = global_id(type_name, row[BY_NAME[type_name].source.stored("id")])
    answer = await world.ask(NODE.format(type_name=type_name, selection=selection), viewer.person, id=given)
    for reached in objects(answer["data"]["node"]):
        query = NODE.format(type_name=target, selection=leaves(target))
        direct = await world.ask(query, viewer.person, id=reached["id"])
        assert reached == direct["data"]["node"], f"{type_name} → {target} as {viewer.name}"


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects with an id in an answer, outermost first."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each)
    elif isinstance(value, dict):
        if "id" in value:
            yield value
        else:
            for each in value.values():
                yield from objects(each)
