"""Administrators manage coupons: what is stored is what was asked for, and what no coupon can be changes nothing."""

from asyncio import create_task, gather, sleep
from typing import Any

import pytest

from models.identity import Role
from models.values import new_id
from schema.ids import global_id
from tests.world import Person, World

SHOWN = """code type value currency maxDiscount { amount currency } minPurchase { amount } description startsAt endsAt
  maxUses maxUsesPerUser uses isReleasedByRefund disabledAt createdBy { username }"""
CREATE = f"""mutation($input: CreateCouponInput!) {{ createCoupon(input: $input) {{ __typename
  ... on CouponCreated {{ coupon {{ id {SHOWN} }} }} ... on Problem {{ code path }} }} }}"""
EDIT = f"""mutation($input: EditCouponInput!) {{ editCoupon(input: $input) {{ __typename
  ... on CouponEdited {{ coupon {{ id {SHOWN} }} }} ... on Problem {{ code path }} }} }}"""
DISABLE = """mutation($input: DisableCouponInput!) { disableCoupon(input: $input) { __typename
  ... on CouponDisabled { coupon { id disabledAt } } ... on Problem { code path } } }"""
PLAIN: dict[str, Any] = {
    "code": "SAVE10",
    "type": "percentage",
    "value": "10",
    "startsAt": "2026-01-01T00:00:00Z",
    "endsAt": "2027-01-01T00:00:00Z",
}


async def run(world: World, document: str, by: Person, given: dict[str, Any]) -> Any:
    answer = await world.ask(document, by, input=given)
    assert answer.keys() == {"data"}, answer
    (outcome,) = answer["data"].values()
    return outcome


async def coupons(world: World) -> Any:
    return list(map(dict, await world.handles.postgres.fetch("SELECT * FROM coupons ORDER BY id")))


async def test_a_coupon_is_made_as_it_was_asked_for_with_its_code_in_capitals(world: World) -> None:
    admin = await world.person(Role.ADMIN)

    answer = await run(
        world,
        CREATE,
        admin,
        PLAIN
        | {
            "code": " save-10 ",
            "currency": "INR",
            "maxDiscount": "15.5",
            "minPurchase": "0",
            "description": " Ten percent. ",
            "startsAt": "2026-01-01T05:30:00+05:30",
            "maxUses": 5,
            "maxUsesPerUser": 1,
            "isReleasedByRefund": True,
        },
    )

    assert answer["coupon"].pop("id")
    assert answer == {
        "__typename": "CouponCreated",
        "coupon": {
            "code": "SAVE-10",
            "type": "percentage",
            "value": "10.00",
            "currency": "INR",
            "maxDiscount": {"amount": "15.50", "currency": "INR"},
            "minPurchase": {"amount": "0.00"},
            "description": "Ten percent.",
            "startsAt": "2026-01-01T00:00:00+00:00",
            "endsAt": "2027-01-01T00:00:00+00:00",
            "maxUses": 5,
            "maxUsesPerUser": 1,
            "uses": 0,
            "isReleasedByRefund": True,
            "disabledAt": None,
            "createdBy": {"username": admin.username},
        },
    }


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("code", {"code": ""}),
    ("code", {"code": "SAVE 10"}),
    ("code", {"code": "x" * 65}),
    ("code", {"code": "SAVE\x00"}),
    ("code", {"code": "ÉTÉ"}),
    ("value", {"value": "0"}),
    ("value", {"value": "-1"}),
    ("value", {"value": "100.01"}),
    ("value", {"value": "9.999"}),
    ("value", {"value": "NaN"}),
    ("value", {"value": "Infinity"}),
    ("value", {"type": "fixed", "currency": "INR", "value": "1E+12"}),
    ("currency", {"type": "fixed"}),
    ("currency", {"maxDiscount": "5"}),
    ("currency", {"minPurchase": "5"}),
    ("currency", {"currency": "inr"}),
    ("maxDiscount", {"currency": "INR", "maxDiscount": "0"}),
    ("minPurchase", {"currency": "INR", "minPurchase": "-0.01"}),
    ("endsAt", {"endsAt": "2026-01-01T00:00:00Z"}),
    ("startsAt", {"startsAt": "2026-01-01T00:00:00"}),
    ("maxUses", {"maxUses": 0}),
    ("maxUsesPerUser", {"maxUsesPerUser": -1}),
    ("description", {"description": "x" * 501}),
    ("description", {"description": "a\x00b"}),
]


@pytest.mark.parametrize(("field", "changes"), WRONG, ids=[f"{field}-{at}" for at, (field, _) in enumerate(WRONG)])
async def test_what_no_coupon_can_be_is_named_when_it_is_made_and_when_it_is_changed(
    world: World, field: str, changes: dict[str, Any]
) -> None:
    admin = await world.person(Role.ADMIN)
    refused = {"__typename": "InvalidInput", "code": "INVALID_INPUT", "path": ["input", field]}

    assert await run(world, CREATE, admin, PLAIN | changes) == refused
    assert await coupons(world) == []
    if "code" in changes or "type" in changes:
        return
    made = (await run(world, CREATE, admin, PLAIN))["coupon"]["id"]
    before = await coupons(world)
    assert await run(world, EDIT, admin, {"couponId": made, "isReleasedByRefund": True} | changes) == refused
    assert await coupons(world) == before


async def test_a_code_is_given_once_whoever_asks_at_the_same_time(world: World) -> None:
    admin = await world.person(Role.ADMIN)

    answers = await gather(*(run(world, CREATE, admin, PLAIN | {"code": code}) for code in ("once", "ONCE", " Once")))

    assert sorted(answer["__typename"] for answer in answers) == ["CouponCodeTaken", "CouponCodeTaken", "CouponCreated"]
    assert len(await coupons(world)) == 1


async def test_an_edit_changes_what_it_names_takes_away_bounds_and_keeps_the_rest(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    bounds = {"currency": "INR", "maxDiscount": "15", "maxUses": 5, "description": "Ten percent."}
    made = (await run(world, CREATE, admin, PLAIN | bounds))["coupon"]

    edited = await run(world, EDIT, admin, {"couponId": made["id"], "value": "12.5", "maxDiscount": None})
    freed = await run(world, EDIT, admin, {"couponId": made["id"], "currency": None, "maxUses": None})

    assert edited == {"__typename": "CouponEdited", "coupon": made | {"value": "12.50", "maxDiscount": None}}
    assert freed["coupon"] == edited["coupon"] | {"currency": None, "maxUses": None}


async def test_an_edit_of_nothing_or_below_what_is_used_is_refused(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    made = (await run(world, CREATE, admin, PLAIN | {"maxUses": 5}))["coupon"]["id"]
    await world.handles.postgres.execute("UPDATE coupons SET uses = 3")
    before = await coupons(world)

    assert (await run(world, EDIT, admin, {"couponId": made}))["path"] == ["input"]
    assert (await run(world, EDIT, admin, {"couponId": made, "maxUses": 2}))["path"] == ["input", "maxUses"]
    for name in ("value", "startsAt", "endsAt", "isReleasedByRefund"):
        assert (await run(world, EDIT, admin, {"couponId": made, name: None}))["path"] == ["input", name]
    assert await coupons(world) == before
    assert (await run(world, EDIT, admin, {"couponId": made, "maxUses": 3}))["__typename"] == "CouponEdited"


async def test_edits_of_different_things_at_once_are_all_kept(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    made = (await run(world, CREATE, admin, PLAIN))["coupon"]["id"]
    changes: list[dict[str, Any]] = [{"value": "20"}, {"maxUses": 7}, {"description": "More."}, {"maxUsesPerUser": 2}]

    await gather(*(run(world, EDIT, admin, {"couponId": made} | change) for change in changes))

    (row,) = await coupons(world)
    assert (str(row["value"]), row["max_uses"], row["description"], row["max_uses_per_user"]) == (
        "20.00",
        7,
        "More.",
        2,
    )


async def test_an_edit_waits_for_the_one_before_it_and_is_checked_against_what_that_left(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    made = (await run(world, CREATE, admin, PLAIN))["coupon"]["id"]
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    async with world.handles.postgres.acquire() as connection:
        before = connection.transaction()
        await before.start()
        await connection.execute("UPDATE coupons SET ends_at = '2026-03-01'")
        edit = create_task(run(world, EDIT, admin, {"couponId": made, "startsAt": "2026-06-01T00:00:00Z"}))
        while not await connection.fetchval(waiting):  # noqa: ASYNC110  PostgreSQL has no event for it.
            await sleep(0.01)
        await before.commit()

    assert await edit == {"__typename": "InvalidInput", "code": "INVALID_INPUT", "path": ["input", "endsAt"]}


async def test_a_coupon_is_disabled_once_and_stays_so(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    made = (await run(world, CREATE, admin, PLAIN))["coupon"]["id"]

    first, second = [await run(world, DISABLE, admin, {"couponId": made}) for _ in range(2)]

    assert first["coupon"]["disabledAt"] is not None
    assert second == first


@pytest.mark.parametrize("role", [Role.USER, Role.ANALYST])
async def test_coupons_are_for_administrators_to_manage(world: World, role: Role) -> None:
    admin, other = await world.person(Role.ADMIN), await world.person(role)
    made = (await run(world, CREATE, admin, PLAIN))["coupon"]["id"]
    before = await coupons(world)

    asked = [
        (CREATE, PLAIN | {"code": "MINE"}),
        (EDIT, {"couponId": made, "value": "99"}),
        (DISABLE, {"couponId": made}),
    ]
    for document, given in asked:
        assert await run(world, document, other, given) == {
            "__typename": "Forbidden",
            "code": "FORBIDDEN",
            "path": None,
        }
    assert await coupons(world) == before


async def test_a_coupon_that_is_not_there_is_not_found(world: World) -> None:
    admin = await world.person(Role.ADMIN)

    for document, given in ((EDIT, {"value": "5"}), (DISABLE, {})):
        missing = await run(world, document, admin, {"couponId": global_id("Coupon", new_id())} | given)
        assert missing == {"__typename": "CouponNotFound", "code": "COUPON_UNKNOWN", "path": ["input", "couponId"]}
        for wrong in ("nothing", global_id("User", admin.id)):
            assert (await run(world, document, admin, {"couponId": wrong} | given))["__typename"] == "InvalidInput"
