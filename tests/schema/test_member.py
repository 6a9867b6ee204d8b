"""Members: what they own, what changed their credits and why, and what it costs to say so of many."""

from typing import Any

import pytest

from models.credits import EntryKind
from models.identity import Role
from schema.ids import global_id
from tests import shop
from tests.world import World

WHOLE = """{ me { member { name user { username } referredBy { username } credits
  purchasedCourses { title slug } purchasedTests { title } purchasedProducts { title author }
  wallet { nodes { kind amount balanceAfter version reason order { number } refund { credits: creditsReturned }
    referral { status referrer { username } } grantedBy { username } } totalCount } } } }"""


async def test_a_member_shows_what_it_owns_and_what_changed_its_credits(world: World) -> None:
    admin, referrer, person = await world.person(Role.ADMIN), await world.person(), await world.person()
    course, product = await world.course(admin), await world.product()
    typing = await shop.typing_test(world, await shop.passage(world))
    await shop.own(world, person, course, product, typing)
    await world.handles.mongo["members"].update_one({"_id": person.id}, {"$set": {"referredBy": referrer.id}})
    claim = await shop.claim(world, referrer, person)
    reward = {"kind": EntryKind.REFERRED_REWARD, "referral_claim_id": claim.id, "granted_by": None, "reason": None}
    await shop.wallet(world, person, 1, **reward)

    answer = await world.ask(WHOLE, person)

    assert answer == {
        "data": {
            "me": {
                "member": {
                    "name": "person3",
                    "user": {"username": "person3"},
                    "referredBy": {"username": "person2"},
                    "credits": 3,
                    "purchasedCourses": [{"title": course.title, "slug": course.slug}],
                    "purchasedTests": [{"title": typing.title}],
                    "purchasedProducts": [{"title": product.title, "author": "Somebody"}],
                    "wallet": {
                        "nodes": [
                            {
                                "kind": "REFERRED_REWARD",
                                "amount": 1,
                                "balanceAfter": 1,
                                "version": 1,
                                "reason": None,
                                "order": None,
                                "refund": None,
                                "referral": {"status": "converted", "referrer": {"username": "person2"}},
                                "grantedBy": None,
                            }
                        ],
                        "totalCount": 1,
                    },
                }
            }
        },
        "errors": answer["errors"],
    }
    assert [error["path"][-1] for error in answer["errors"]] == ["grantedBy"]


async def test_what_is_no_longer_published_is_not_among_what_a_member_owns_but_still_owned(world: World) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    gone, there = await world.course(admin, is_published=False), await world.course(admin)
    await shop.own(world, person, gone, there)
    query = "query($id: ID!) { me { owns(id: $id) member { purchasedCourses { title } } } }"

    answer = await world.ask(query, person, id=global_id("Course", gone.id))

    assert answer == {"data": {"me": {"owns": True, "member": {"purchasedCourses": [{"title": there.title}]}}}}


NODE = """query($id: ID!) { node(id: $id) { __typename
  ... on Member { total: totalCreditsEarned name user { username } purchasedCourses { title }
    wallet { totalCount } referredBy { username } }
  ... on CreditEntry { kind amount user { username } grantedBy { username } } } }"""


async def test_a_wallet_and_its_entries_are_their_owners_and_for_admins(world: World) -> None:
    person, other = await world.person(), await world.person()
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    await shop.wallet(world, person, 1)
    (entry,) = await world.handles.postgres.fetch("SELECT id FROM credit_entries")
    member, ledger = global_id("Member", person.id), global_id("CreditEntry", entry["id"])

    async def seen(viewer: Any, row_id: str) -> tuple[Any, list[str]]:
        answer = await world.ask(NODE, viewer, id=row_id)
        errors = answer.get("errors", [])
        assert {error["extensions"]["code"] for error in errors} <= {"FORBIDDEN"}
        return answer["data"]["node"], sorted(error["path"][-1] for error in errors)

    grant = {"__typename": "CreditEntry", "kind": "GRANT", "amount": 1, "user": {"username": "person1"}}
    for viewer in (None, other, analyst):
        assert await seen(viewer, ledger) == (None, [])
    assert await seen(person, ledger) == (grant | {"grantedBy": None}, ["grantedBy"])
    assert await seen(admin, ledger) == (grant | {"grantedBy": {"username": "person1"}}, [])

    hidden = {"name": None, "user": None, "purchasedCourses": None, "wallet": None, "referredBy": None}
    whole = hidden | {
        "name": "person1",
        "user": {"username": "person1"},
        "purchasedCourses": [],
        "wallet": {"totalCount": 1},
    }
    counters = {"__typename": "Member", "total": 0}
    assert await seen(other, member) == (None, [])
    assert await seen(analyst, member) == (counters | hidden, sorted(hidden))
    assert await seen(person, member) == (counters | whole, [])
    assert await seen(admin, member) == (counters | whole, [])


MANY = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Member {
  purchasedCourses { title } purchasedProducts { title }
  wallet(first: 2) { nodes { version referral { status } } totalCount } } } }"""


@pytest.mark.parametrize("entries", [3, 300])
async def test_wallets_of_many_members_are_one_statement_however_long_one_of_them_is(
    world: World, entries: int
) -> None:
    admin, rich, poor = await world.person(Role.ADMIN), await world.person(), await world.person()
    courses = [await world.course(admin) for _ in range(3)]
    product = await world.product()
    await shop.own(world, rich, *courses, product)
    await shop.own(world, poor, courses[0], product)
    claim = await shop.claim(world, rich, poor)
    reward = {"kind": EntryKind.REFERRER_REWARD, "referral_claim_id": claim.id, "granted_by": None, "reason": None}
    await shop.wallet(world, rich, entries, **reward)
    await shop.wallet(world, poor, 1)

    answer = await world.ask(MANY, admin, ids=[global_id("Member", person.id) for person in (rich, poor)])

    converted = {"status": "converted"}
    products = [{"title": product.title}]
    assert answer["data"]["nodes"] == [
        {
            "purchasedCourses": [{"title": course.title} for course in courses],
            "purchasedProducts": products,
            "wallet": {
                "nodes": [{"version": version, "referral": converted} for version in (entries, entries - 1)],
                "totalCount": entries,
            },
        },
        {
            "purchasedCourses": [{"title": courses[0].title}],
            "purchasedProducts": products,
            "wallet": {"nodes": [{"version": 1, "referral": None}], "totalCount": 1},
        },
    ]
    assert world.observed.statements == {
        "members": 1,
        "courses": 1,
        "products": 1,
        "credit_entries": 2,
        "referral_claims": 1,
        "referrals": 1,
    }
    assert world.observed.rows == {
        "members": 2,
        "courses": 3,
        "products": 1,
        "credit_entries": 5,
        "referral_claims": 1,
        "referrals": 1,
    }


async def test_the_list_of_all_referrals_comes_from_one_statement_a_layer(world: World) -> None:
    admin, referrer = await world.person(Role.ADMIN), await world.person()
    referred = [await world.person(has_member=False) for _ in range(5)]
    for person in referred:
        await world.referral(referrer, person)
    query = "{ referrals(first: 3) { nodes { referrer { username } referredUser { username } } totalCount } }"

    answer = await world.ask(query, admin)

    newest = [{"referrer": {"username": "person2"}, "referredUser": {"username": p.username}} for p in referred[:1:-1]]
    assert answer == {"data": {"referrals": {"nodes": newest, "totalCount": 5}}}
    assert world.observed.statements == {"referrals": 2, "users": 1}
    assert world.observed.rows == {"referrals": 4, "users": 4}
