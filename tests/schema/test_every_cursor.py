"""Cursors of every connection of the schema: what was changed, belongs to another list, order or viewer, or stands
beside what contradicts it, is refused.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, get_named_type

from models.identity import Role
from tests.crowd import Owner, fill, owner
from tests.schema.test_every_list import CONNECTIONS, ROOTS, SCHEMA, parents
from tests.world import Person, World

NAMES = (*ROOTS, *CONNECTIONS, "Query.catalog")


@dataclass(frozen=True)
class Shop:
    """A world with something in every list, and two who may see all of it."""

    world: World
    owner: Owner
    another: Person

    async def ask(self, name: str, pages: dict[str, str], by: Person | None = None) -> dict[str, Any]:
        """What each page is, by its alias: its end, or the code that it is refused with."""
        type_name, _, field = name.partition(".")
        inner = " ".join(
            f"{alias}: {field}({arguments}) {{ pageInfo {{ endCursor }} }}" for alias, arguments in pages.items()
        )
        if type_name != "Query":
            (given,) = parents(type_name, [self.owner])
            inner = f'node(id: "{given}") {{ ... on {type_name} {{ {inner} }} }}'
        answer = await self.world.ask(f"{{ {inner} }}", by or self.owner.person)
        data = answer["data"] if type_name == "Query" else answer["data"]["node"]
        refused = {error["path"][-1]: error["extensions"]["code"] for error in answer.get("errors", [])}
        return {alias: refused.get(alias) or data[alias]["pageInfo"]["endCursor"] for alias in pages}

    async def cursor(self, name: str) -> str:
        return str((await self.ask(name, {"page": "first: 1"}))["page"])


@pytest.fixture
async def shop(world: World) -> Shop:
    filled = await owner(world, Role.ADMIN)
    await fill(world, filled, 3)
    return Shop(world, filled, await world.person(Role.ADMIN))


def another_order(name: str) -> str | None:
    """The argument for an order that the list does not have of itself."""
    if name == "Query.catalog":
        return "orderBy: {field: PRICE}"
    type_name, _, field = name.partition(".")
    graph_type = SCHEMA.get_type(type_name)
    assert isinstance(graph_type, GraphQLObjectType)
    given = graph_type.fields[field].args.get("orderBy")
    if given is None:
        return None
    order = get_named_type(given.type)
    assert isinstance(order, GraphQLInputObjectType)
    fields = get_named_type(order.fields["field"].type)
    assert isinstance(fields, GraphQLEnumType)
    return f"orderBy: {{field: {next(iter(fields.values))}, direction: ASC}}"


def changed(cursor: str) -> list[str]:
    """Cursors that are almost this one, and texts that are none."""
    other = "B" if cursor.startswith("A") else "A"
    return [other + cursor[1:], cursor[:-2], cursor + "AA", cursor + "=", cursor[::-1], "", "x", "=", "é", "\U0001f600"]


async def test_a_cursor_is_good_only_as_it_was_given_where_it_was_given_to_whom_it_was_given(shop: Shop) -> None:
    cursors = {name: await shop.cursor(name) for name in NAMES}

    for name, cursor in cursors.items():
        others = [*changed(cursor), *(each for of, each in cursors.items() if of != name)]
        pages = {f"a{number}": f'first: 1, after: "{each}"' for number, each in enumerate(others)}
        pages |= {f"b{number}": f'last: 1, before: "{each}"' for number, each in enumerate(others)}
        order = another_order(name)
        if order is not None:
            pages["order"] = f'first: 1, after: "{cursor}", {order}'
        good = {"next": f'first: 1, after: "{cursor}"', "back": f'last: 1, before: "{cursor}"'}

        assert await shop.ask(name, pages) == dict.fromkeys(pages, "BAD_CURSOR"), name
        assert set((await shop.ask(name, good)).values()).isdisjoint({"BAD_CURSOR", cursor}), name
        assert await shop.ask(name, good, shop.another) == dict.fromkeys(good, "BAD_CURSOR"), name


async def test_pages_that_contradict_themselves_are_refused_everywhere(shop: Shop) -> None:
    pages = ("first: 1, last: 1", "first: 101", "first: -1", "last: 101", "last: -1", 'first: 1, before: "x"')
    aliases = {f"a{number}": arguments for number, arguments in enumerate((*pages, 'after: "x", before: "x"'))}

    for name in NAMES:
        assert await shop.ask(name, aliases) == dict.fromkeys(aliases, "BAD_PAGE"), name
