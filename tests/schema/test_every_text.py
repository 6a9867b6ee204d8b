"""Whatever text stands wherever the schema takes one, the answer comes soon, and says what is wrong with it."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from models.identity import Role
from schema.build import build
from schema.ids import global_id
from tests import shop
from tests.schema.texts import PLAIN, Place, places
from tests.world import Person, World

SCHEMA = build()._schema
PLACES = tuple(places(SCHEMA))
ROOTS = {"Query": "query", "Mutation": "mutation"}
AT_ONCE = 25
TEXTS = {
    "nothing": "",
    "NUL": "a\0b",
    "right to left": "\u202eabc \u0634\u0628\u0643\u0629\u202c",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f600",
    "combining": "Z\u0351\u036b\u0343" * 40,
    "four bytes": "\U00020000\U0001d4b3\U0010ffff",
    "no character": "\ufeff\uffff\ufffe\x7f\x1b\x01",
    "operators": '"-a" & | ! ( ) : * <-> \\ $where {"$gt": ""} %s $1 \' OR 1=1 --',
    "long": "x" * 10_000,
    "many words": "word " * 2_000,
    "long and of four bytes": "\U0001f600" * 10_000,
    "a number": "1e999999999",
    "an id of nothing": "VXNlcjoxMjM=",
}
FAULTS = {"INTERNAL", "TIMEOUT", "DATABASE_UNAVAILABLE"}


async def owners(world: World, admin: Person) -> dict[str, str]:
    """An object of each type whose fields take texts, by its id."""
    course = await world.course(admin)
    order = await world.order(admin, course)
    made: dict[str, Any] = {
        "User": admin,
        "Member": admin,
        "Course": course,
        "Product": await world.product(),
        "TypingTest": await shop.typing_test(world),
        "Coupon": await shop.coupon(world, admin),
        "Order": order,
    }
    return {name: global_id(name, row.id) for name, row in made.items()}


def document(text: str, batch: Sequence[Place], ids: dict[str, str]) -> dict[str, Any]:
    """One document for these places, which are of one type."""
    owner = batch[0].owner
    declared: list[str] = []
    fields: list[str] = []
    variables: dict[str, Any] = {}
    for number, place in enumerate(batch):
        values = place.values(text)
        variable, field = place.selection(f"a{number}_", values)
        declared.append(variable)
        fields.append(field)
        variables |= {f"a{number}_{name}": value for name, value in values.items()}
    inner = " ".join(fields)
    if owner not in ROOTS:
        assert owner in ids, f"{owner} has a field that takes a text: make one in `owners`."
        inner = f'node(id: "{ids[owner]}") {{ ... on {owner} {{ {inner} }} }}'
    query = f"{ROOTS.get(owner, 'query')}({' '.join(declared)}) {{ {inner} }}"
    return {"query": query, "variables": variables}


def batches() -> Iterator[tuple[Place, ...]]:
    """Texts that any operation takes in, some at once; of the rest each place of a type alone, since one bad value of
    those refuses the whole document, and no place twice whose values are read alike.
    """
    plain = [place for place in PLACES if place.scalar in PLAIN and place.owner != "Mutation"]
    for owner in dict.fromkeys(place.owner for place in plain):
        own = [place for place in plain if place.owner == owner]
        yield from (tuple(own[start : start + AT_ONCE]) for start in range(0, len(own), AT_ONCE))
    for place in PLACES:
        if place.owner == "Mutation":
            yield (place,)
    seen = set()
    for place in PLACES:
        alike = (place.scalar, place.path[-1:] or place.argument)
        if place.scalar not in PLAIN and place.owner != "Mutation" and alike not in seen:
            seen.add(alike)
            yield (place,)


def test_the_places_of_texts_are_found() -> None:
    found = set(map(str, PLACES))

    assert {
        "Query.node.id",
        "Query.nodes.ids",
        "Query.catalog.search",
        "Query.catalog.minPrice",
        "Query.orders.after",
        "Query.orders.where.number.in",
        "Query.users.where.createdAt.gte",
        "User.owns.id",
        "Coupon.usages.before",
        "Mutation.updateProfile.input.bio",
    } <= found


@pytest.mark.parametrize("name", TEXTS)
async def test_any_text_anywhere_is_answered_soon_and_never_by_a_fault_of_ours(world: World, name: str) -> None:
    admin = await world.person(Role.ADMIN)
    ids = await owners(world, admin)

    for batch in batches():
        # Only the service's own work: how long a database may take is bounded for every operation.
        started = time.thread_time()
        response = await world.post(document(TEXTS[name], batch, ids), admin)
        seconds = time.thread_time() - started
        errors = response.json().get("errors", [])
        where = f"{batch[0]} and {len(batch) - 1} more: {errors}"
        assert response.status_code == 200, where
        assert not [error for error in errors if error["extensions"]["code"] in FAULTS], where
        assert all(len(error["message"]) < 600 for error in errors), where
        assert seconds < 2, where
