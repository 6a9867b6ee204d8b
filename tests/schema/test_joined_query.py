"""The joined query: both databases, in one answer, at one statement for each field of each layer."""

from collections import Counter

import pytest

from models import referrals as referral_models
from models.identity import Role
from models.referrals import ReferralStatus
from models.values import new_id
from schema.ids import global_id
from tests.world import START, Person, World

JOINED = """query Joined($orders: Int!, $referrals: Int!, $after: String) {
  orders(first: $orders, after: $after) { edges { node {
    number status amount { amount currency }
    user { username member { credits referralCode
      referrals(first: $referrals) { edges { node { status referredUser { username } } } } } }
    items { price { amount } item { title ... on Course { slug } } }
    purchases { amount { amount } creditsUsed item { title } }
  } } pageInfo { hasNextPage endCursor } }
}"""

# Two layers of users, two fields with courses and products; what two fields ask for at once may go out as one.
AT_MOST = Counter(
    {
        "orders": 1,
        "users": 2,
        "members": 1,
        "referrals": 1,
        "order_items": 1,
        "purchases": 1,
        "courses": 2,
        "products": 2,
    }
)


async def test_the_joined_query_answers_across_both_databases(world: World) -> None:
    admin, buyer, brought = await world.person(Role.ADMIN), await world.person(), await world.person()
    course, product = await world.course(admin, title="Typing", slug="typing"), await world.product(title="Clean Code")
    await world.referral(buyer, brought, ReferralStatus.CONVERTED)
    await world.order(buyer, course, product)

    answer = await world.ask(JOINED, admin, orders=5, referrals=2)

    end = answer["data"]["orders"]["pageInfo"].pop("endCursor")
    assert isinstance(end, str)
    price = {"amount": "9.99"}
    assert answer == {
        "data": {
            "orders": {
                "edges": [
                    {
                        "node": {
                            "number": "N-000007",
                            "status": "completed",
                            "amount": {"amount": "19.98", "currency": "INR"},
                            "user": {
                                "username": "person2",
                                "member": {
                                    "credits": 2,
                                    "referralCode": "CODE0002",
                                    "referrals": {
                                        "edges": [
                                            {"node": {"status": "converted", "referredUser": {"username": "person3"}}}
                                        ]
                                    },
                                },
                            },
                            "items": [
                                {"price": price, "item": {"title": "Typing", "slug": "typing"}},
                                {"price": price, "item": {"title": "Clean Code"}},
                            ],
                            "purchases": [
                                {"amount": price, "creditsUsed": 0, "item": {"title": "Typing"}},
                                {"amount": price, "creditsUsed": 0, "item": {"title": "Clean Code"}},
                            ],
                        }
                    }
                ],
                "pageInfo": {"hasNextPage": False},
            }
        }
    }
    assert world.observed.statements.keys() == AT_MOST.keys()
    assert world.observed.statements <= AT_MOST


@pytest.mark.parametrize("orders", [3, 300])
async def test_the_joined_query_sends_as_many_statements_for_300_orders_as_for_3(world: World, orders: int) -> None:
    admin, brought = await world.person(Role.ADMIN), [await world.person(has_member=False) for _ in range(3)]
    course, product = await world.course(admin), await world.product()
    buyers = [await world.person() for _ in range(3)]
    for referrer, referred in zip(buyers, brought, strict=True):
        await world.referral(referrer, referred)
    for number in range(orders):
        await world.order(buyers[number % 3], course, product)

    pages, after = 0, None
    while pages == 0 or after:
        answer = await world.ask(JOINED, admin, orders=100, referrals=2, after=after)
        page = answer["data"]["orders"]
        shown = len(page["edges"])
        pages, after = pages + 1, page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None

        assert world.observed.statements.keys() == AT_MOST.keys()
        assert world.observed.statements <= AT_MOST
        assert world.observed.statements.total() == len(world.observed.sql) + len(world.observed.commands)
        assert world.observed.rows == {
            "orders": shown + (1 if after else 0),
            "users": 6,
            "members": 3,
            "referrals": 3,
            "order_items": 2 * shown,
            "purchases": 2 * shown,
            "courses": 2,
            "products": world.observed.statements["products"],
        }
    assert pages == (orders + 99) // 100


async def test_somebody_with_thousands_of_referrals_costs_the_rows_that_are_shown(world: World) -> None:
    admin, famous, quiet = await world.person(Role.ADMIN), await world.person(), await world.person()
    course = await world.course(admin)
    known = [await world.person(has_member=False) for _ in range(2)]
    await referral_models.Referral.insert_many(
        [
            referral_models.Referral(referrer_id=famous.id, referred_user_id=new_id(), created_at=START)
            for _ in range(4000)
        ]
    )
    for person in known:
        await world.referral(famous, person)
    await world.order(famous, course)
    await world.order(quiet, course)

    answer = await world.ask(JOINED, admin, orders=2, referrals=2)

    members = [edge["node"]["user"]["member"] for edge in answer["data"]["orders"]["edges"]]
    shown = [[edge["node"]["referredUser"]["username"] for edge in member["referrals"]["edges"]] for member in members]
    assert shown == [[], [known[1].username, known[0].username]]
    assert world.observed.rows["referrals"] == 2
    examined = await examined_documents(world, famous)
    assert examined <= 2


async def examined_documents(world: World, referrer: Person) -> int:
    """How many referrals MongoDB itself reads to answer with two of them."""
    referrals = world.handles.mongo["referrals"]
    await world.handles.mongo.command("profile", 2)
    await world.ask(
        "query($id: ID!) { node(id: $id) { ... on Member { referrals(first: 2) { nodes { status } } } } }",
        referrer,
        id=global_id("Member", referrer.id),
    )
    await world.handles.mongo.command("profile", 0)
    profile = world.handles.mongo["system.profile"]
    (entry,) = await profile.find({"command.find": "referrals"}).to_list()
    await profile.drop()
    assert await referrals.count_documents({}) > 4000
    return int(entry["docsExamined"])
