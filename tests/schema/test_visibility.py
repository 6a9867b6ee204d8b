"""Who sees what: the table, run on the types that exist, and the rules that every declaration keeps."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import introspection_from_schema

from models.identity import Role
from schema.build import build
from schema.declarations import DeclaredField
from schema.entities import BY_MODEL, BY_NAME, Entity, declared_fields
from schema.ids import global_id
from schema.query import Query
from tests.world import Person, World

SCHEMA = build()

NODE = """query($id: ID!) { node(id: $id) { __typename
  ... on User { username email role member { totalEarned: totalCreditsEarned credits referralCode } }
  ... on Order { number user { username } items { title item { title } } }
  ... on Member { totalReferredUsers credits referralCode }
  ... on Referral { status referrer { username } referredUser { username } }
} }"""


async def seen(world: World, viewer: Person | None, type_name: str, row_id: Any) -> tuple[Any, list[str]]:
    """The object as the viewer sees it, and the paths that were refused."""
    answer = await world.ask(NODE, viewer, id=global_id(type_name, row_id))
    errors = answer.get("errors", [])
    assert {error["extensions"]["code"] for error in errors} <= {"FORBIDDEN"}
    return answer["data"]["node"], sorted(".".join(map(str, error["path"])) for error in errors)


async def test_a_person_is_known_by_name_to_members_and_in_whole_to_themselves_and_admins(world: World) -> None:
    person, other = await world.person(), await world.person()
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    hidden = {"__typename": "User", "username": "person1", "email": None, "role": None, "member": None}
    member = {"totalEarned": 0, "credits": 1, "referralCode": "CODE0001"}
    whole = {"__typename": "User", "username": "person1", "email": person.email, "role": "USER", "member": member}
    counters = {"totalEarned": 0, "credits": None, "referralCode": None}

    assert await seen(world, None, "User", person.id) == (None, [])
    assert await seen(world, other, "User", person.id) == (hidden, ["node.email", "node.member", "node.role"])
    assert await seen(world, person, "User", person.id) == (whole, [])
    assert await seen(world, admin, "User", person.id) == (whole, [])
    assert await seen(world, analyst, "User", person.id) == (
        hidden | {"member": counters},
        ["node.email", "node.member.credits", "node.member.referralCode", "node.role"],
    )


async def test_an_order_is_there_for_its_buyer_for_analysts_without_the_buyer_and_for_admins(world: World) -> None:
    buyer, other = await world.person(), await world.person()
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    order = await world.order(buyer, await world.course(admin))
    items = [{"title": "Course 5", "item": {"title": "Course 5"}}]
    whole = {"__typename": "Order", "number": "N-000006", "user": {"username": "person1"}, "items": items}

    assert await seen(world, None, "Order", order.id) == (None, [])
    assert await seen(world, other, "Order", order.id) == (None, [])
    assert await seen(world, buyer, "Order", order.id) == (whole, [])
    assert await seen(world, admin, "Order", order.id) == (whole, [])
    assert await seen(world, analyst, "Order", order.id) == (whole | {"user": None}, ["node.user"])


async def test_a_referral_is_there_for_both_its_people(world: World) -> None:
    referrer, referred, other = await world.person(), await world.person(), await world.person()
    analyst = await world.person(Role.ANALYST)
    referral = await world.referral(referrer, referred)
    people = {"referrer": {"username": "person1"}, "referredUser": {"username": "person2"}}
    whole = {"__typename": "Referral", "status": "pending"} | people

    assert await seen(world, other, "Referral", referral.id) == (None, [])
    assert await seen(world, referrer, "Referral", referral.id) == (whole, [])
    assert await seen(world, referred, "Referral", referral.id) == (whole, [])
    assert await seen(world, analyst, "Referral", referral.id) == (
        whole | {"referrer": None, "referredUser": None},
        ["node.referredUser", "node.referrer"],
    )


async def test_an_analyst_does_not_learn_whom_a_person_brought(world: World) -> None:
    person, analyst = await world.person(), await world.person(Role.ANALYST)
    await world.referral(person, await world.person(has_member=False))
    query = (
        "query($id: ID!) { node(id: $id) { ... on User { member { totalReferredUsers referrals { totalCount } } } } }"
    )

    answer = await world.ask(query, analyst, id=global_id("User", person.id))

    assert answer["data"]["node"]["member"] == {"totalReferredUsers": 0, "referrals": None}
    assert [error["path"][-1] for error in answer["errors"]] == ["referrals"]


async def test_what_is_not_published_is_not_there_for_anybody_but_admins(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    published, hidden = await world.course(admin), await world.course(admin, is_published=False)
    gone = await world.product(is_published=False)
    order = await world.order(buyer, hidden, gone)
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Course { title } ... on Product { title } } }"
    ids = [global_id("Course", published.id), global_id("Course", hidden.id), global_id("Product", gone.id)]

    assert (await world.ask(query, None, ids=ids))["data"]["nodes"] == [{"title": "Course 3"}, None, None]
    assert (await world.ask(query, buyer, ids=ids))["data"]["nodes"] == [{"title": "Course 3"}, None, None]
    assert (await world.ask(query, admin, ids=ids))["data"]["nodes"] == [
        {"title": "Course 3"},
        {"title": "Course 4"},
        {"title": "Product 5"},
    ]
    shown, refused = await seen(world, buyer, "Order", order.id)
    assert shown["items"] == [{"title": "Course 4", "item": None}, {"title": "Product 5", "item": None}]
    assert refused == []


@pytest.mark.parametrize("role", [None, Role.USER])
async def test_the_list_of_all_orders_is_for_analysts_and_admins(world: World, role: Role | None) -> None:
    viewer = None if role is None else await world.person(role)

    answer = await world.ask("{ orders { totalCount } }", viewer)

    assert answer["data"] == {"orders": None}
    assert answer["errors"][0]["message"] == "You may not see orders."
    assert world.observed.read == []


def declared() -> Iterator[tuple[Entity, DeclaredField]]:
    for entity in BY_NAME.values():
        for field in entity.fields.values():
            yield entity, field


def test_every_field_that_somebody_may_not_see_can_be_null() -> None:
    for entity, field in declared():
        if field.visibility is not None:
            printed = SCHEMA.get_type_by_name(entity.name).fields  # type: ignore[union-attr]
            assert any(each is field for each in printed)
            assert type(field.type).__name__ == "StrawberryOptional", f"{entity.name}.{field.python_name}"


def test_a_field_for_owners_stands_on_a_type_that_says_who_they_are() -> None:
    for entity, field in declared():
        for visibility in filter(None, (field.visibility, entity.visibility)):
            if "OWNER" in visibility.audiences:
                assert visibility.owners, f"{entity.name}.{field.python_name}"


def test_everything_that_is_published_has_a_description() -> None:
    introspection: Any = introspection_from_schema(SCHEMA._schema)["__schema"]
    ours = [each for each in introspection["types"] if not each["name"].startswith("__")]
    for graph_type in ours:
        assert graph_type["description"], graph_type["name"]
        members = [graph_type.get(kind) or [] for kind in ("fields", "enumValues", "inputFields")]
        for member in [each for group in members for each in group]:
            assert member["description"], f"{graph_type['name']}.{member['name']}"
            for argument in member.get("args", []):
                assert argument["description"], f"{graph_type['name']}.{member['name']}({argument['name']}:)"


def test_annotations_name_the_type_whose_rows_the_loader_finds() -> None:
    for root in (*BY_NAME.values(), None):
        for field in root.fields.values() if root else declared_fields(Query):
            loader: Any = getattr(field.declaration, "loader", None) or getattr(field.declaration, "pages", None)
            models = (
                [each.model for each in loader.kinds.values()]
                if hasattr(loader, "kinds")
                else [getattr(loader, "model", None)]
            )
            for model in filter(None, models):
                name = BY_MODEL[model].name
                assert name in str(SCHEMA.schema_converter.from_maybe_optional(field.type)) or hasattr(loader, "kinds")
