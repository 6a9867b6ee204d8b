"""Orders with their money, coupons, purchases: whole answers, who sees what of them, and what they cost."""

from collections import Counter
from typing import Any

import pytest

from models.identity import Role
from models.orders import NEXT, OrderStatus
from models.values import new_id
from schema.ids import global_id
from tests import shop
from tests.world import World

MONEY = "{ amount currency }"
ORDER = f"""query($id: ID, $number: String) {{ order(id: $id, number: $number) {{
  number status nextStatuses paymentStatus amount {MONEY} refundedAmount {MONEY} creditsReturned creditsUsed
  coupon {{ code type value currency maxDiscount {MONEY} }}
  payments {{ state amount {MONEY} refundedAmount {MONEY} paymentMethod providerPaymentId declineCode
    order {{ number }} }}
  refunds {{ state amount {MONEY} creditsReturned reason orderItem {{ title }} payment {{ state }}
    requestedBy {{ username }} }}
  purchases {{ productName couponCode refund {{ amount {MONEY} creditsReturned }} order {{ number }} }}
}} }}"""


def price(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "INR"}


async def test_an_order_shows_its_coupon_its_payments_and_what_was_given_back(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    order = await world.order(buyer, await world.course(admin), await world.product())
    await shop.use(world, await shop.coupon(world, admin, code="HALF"), order)
    payment = await shop.payment(world, order)
    await shop.refund(world, payment)

    answer = await world.ask(ORDER, admin, number=order.number)

    number = {"number": order.number}
    assert answer == {
        "data": {
            "order": {
                "number": order.number,
                "status": "completed",
                "nextStatuses": ["refunded"],
                "paymentStatus": "paid",
                "amount": price("19.98"),
                "refundedAmount": price("0.00"),
                "creditsReturned": 0,
                "creditsUsed": 0,
                "coupon": {
                    "code": "HALF",
                    "type": "percentage",
                    "value": "10.00",
                    "currency": None,
                    "maxDiscount": None,
                },
                "payments": [
                    {
                        "state": "PAID",
                        "amount": price("19.98"),
                        "refundedAmount": price("0.00"),
                        "paymentMethod": "card",
                        "providerPaymentId": payment.provider_payment_id,
                        "declineCode": None,
                        "order": number,
                    }
                ],
                "refunds": [
                    {
                        "state": "DONE",
                        "amount": price("9.99"),
                        "creditsReturned": 0,
                        "reason": "Not what was hoped for",
                        "orderItem": {"title": "Course 3"},
                        "payment": {"state": "PAID"},
                        "requestedBy": {"username": "person2"},
                    }
                ],
                "purchases": [
                    {
                        "productName": "Course 3",
                        "couponCode": None,
                        "refund": {"amount": price("9.99"), "creditsReturned": 0},
                        "order": number,
                    },
                    {"productName": "Product 4", "couponCode": None, "refund": None, "order": number},
                ],
            }
        }
    }
    assert await world.ask(ORDER, admin, id=global_id("Order", order.id)) == answer


async def test_an_order_is_found_by_one_of_its_names_only(world: World) -> None:
    admin, buyer, other = await world.person(Role.ADMIN), await world.person(), await world.person()
    order = await world.order(buyer)
    query = "query($id: ID, $number: String) { order(id: $id, number: $number) { number } }"

    async def asked(viewer: Any, **names: Any) -> tuple[Any, list[str]]:
        answer = await world.ask(query, viewer, **names)
        return answer["data"]["order"], [error["extensions"]["code"] for error in answer.get("errors", [])]

    shown = {"number": order.number}
    assert await asked(buyer, number=order.number) == (shown, [])
    assert await asked(other, number=order.number) == (None, [])
    assert await asked(None, number=order.number) == (None, [])
    assert await asked(buyer, number="N-\0") == (None, [])
    assert await asked(buyer, number="☃" * 10_000) == (None, [])
    assert await asked(admin) == (None, ["BAD_FILTER"])
    assert await asked(admin, id=global_id("Order", order.id), number=order.number) == (None, ["BAD_FILTER"])
    assert await asked(admin, id=global_id("User", buyer.id)) == (None, ["BAD_ID"])
    assert await asked(admin, id=global_id("Order", new_id())) == (None, [])


def test_every_status_says_what_it_may_become() -> None:
    assert set(NEXT) == set(OrderStatus)
    ends = {status for status, following in NEXT.items() if not following}
    assert ends == {OrderStatus.CANCELLED, OrderStatus.REFUNDED}


MONEY_LISTS = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Order {
  coupon { code } payments { state order { number } } refunds { state orderItem { title } payment { state } } } } }"""


@pytest.mark.parametrize("orders", [3, 99])
async def test_money_of_many_orders_is_one_statement_a_field(world: World, orders: int) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    course, code = await world.course(admin), await shop.coupon(world, admin)
    made = [await world.order(buyer, course) for _ in range(orders)]
    for number, order in enumerate(made, 1):
        await shop.use(world, code, order, number)
        await shop.refund(world, await shop.payment(world, order))

    answer = await world.ask(MONEY_LISTS, admin, ids=[global_id("Order", order.id) for order in made])

    assert all(len(node["payments"]) == len(node["refunds"]) == 1 for node in answer["data"]["nodes"])
    assert world.observed.statements == {"orders": 2, "coupons": 1, "payments": 2, "refunds": 1, "order_items": 1}
    assert world.observed.rows == {
        "orders": 2 * orders,
        "coupons": 1,
        "payments": 2 * orders,
        "refunds": orders,
        "order_items": orders,
    }


async def test_a_buyer_has_one_key_that_analysts_see_and_nobody_else(world: World) -> None:
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    buyer, other = await world.person(), await world.person()
    course = await world.course(admin)
    for person in (buyer, buyer, other):
        await world.order(person, course)
    query = "{ orders { nodes { buyerKey purchases { buyerKey } } } }"

    shown = (await world.ask(query, analyst))["data"]["orders"]["nodes"]

    keys = [node["buyerKey"] for node in shown]
    assert [node["purchases"] for node in shown] == [[{"buyerKey": key}] for key in keys]
    assert keys[1] == keys[2] != keys[0]
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)
    assert (await world.ask(query, admin))["data"]["orders"]["nodes"] == shown
    own = await world.ask("{ me { orders { nodes { buyerKey number } } } }", buyer)
    assert [node["buyerKey"] for node in own["data"]["me"]["orders"]["nodes"]] == [None, None]
    assert {error["extensions"]["code"] for error in own["errors"]} == {"FORBIDDEN"}


PARTS = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename
  ... on Payment { state paymentMethod providerPaymentId paymentMethodId declineCode user { username } }
  ... on Refund { refundState: state reason providerRefundId user { username } requestedBy { username } }
  ... on Purchase { productName paymentMethod paymentMethodId user { username } } } }"""


async def test_payments_refunds_and_purchases_are_their_buyers_and_without_people_for_analysts(world: World) -> None:
    admin, analyst = await world.person(Role.ADMIN), await world.person(Role.ANALYST)
    buyer, other = await world.person(), await world.person()
    order = await world.order(buyer, await world.course(admin))
    payment = await shop.payment(world, order)
    refund = await shop.refund(world, payment)
    (purchase,) = (await world.ask("{ me { purchases { nodes { id } } } }", buyer))["data"]["me"]["purchases"]["nodes"]
    ids = [global_id("Payment", payment.id), global_id("Refund", refund.id), purchase["id"]]
    person = {"username": "person3"}
    paid = {
        "__typename": "Payment",
        "state": "PAID",
        "paymentMethod": "card",
        "providerPaymentId": payment.provider_payment_id,
        "paymentMethodId": None,
        "declineCode": None,
        "user": person,
    }
    given_back = {
        "__typename": "Refund",
        "refundState": "DONE",
        "reason": "Not what was hoped for",
        "providerRefundId": refund.provider_refund_id,
        "user": person,
        "requestedBy": person,
    }
    bought = {
        "__typename": "Purchase",
        "productName": "Course 5",
        "paymentMethod": None,
        "paymentMethodId": None,
        "user": person,
    }

    for viewer in (None, other):
        assert (await world.ask(PARTS, viewer, ids=ids)) == {"data": {"nodes": [None, None, None]}}
    for viewer in (buyer, admin):
        assert (await world.ask(PARTS, viewer, ids=ids)) == {"data": {"nodes": [paid, given_back, bought]}}
    seen = await world.ask(PARTS, analyst, ids=ids)
    assert seen["data"]["nodes"] == [
        paid | {"providerPaymentId": None, "user": None},
        given_back | {"reason": None, "providerRefundId": None, "user": None, "requestedBy": None},
        bought | {"user": None},
    ]
    assert {error["extensions"]["code"] for error in seen["errors"]} == {"FORBIDDEN"}
    assert Counter(error["path"][1] for error in seen["errors"]) == {0: 4, 1: 4, 2: 2}


@pytest.mark.parametrize(
    ("field", "roles"),
    [
        ("coupons", {Role.ANALYST, Role.ADMIN}),
        ("purchases", {Role.ANALYST, Role.ADMIN}),
        ("referrals", {Role.ANALYST, Role.ADMIN}),
    ],
)
async def test_lists_of_all_that_happened_are_for_who_may_know(world: World, field: str, roles: set[Role]) -> None:
    viewers = [None, *[await world.person(role) for role in Role]]
    may = [role in roles for role in (None, *Role)]

    answers = [await world.ask(f"{{ {field} {{ totalCount }} }}", viewer) for viewer in viewers]

    assert [answer["data"][field] == {"totalCount": 0} for answer in answers] == may
    assert ["errors" not in answer for answer in answers] == may


OWN = """{ me { orders(first: 2) { nodes { number } } purchases(first: 2) { nodes { productName } totalCount } } }"""


@pytest.mark.parametrize("orders", [3, 300])
async def test_somebodys_orders_and_purchases_come_a_page_at_a_time(world: World, orders: int) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    course = await world.course(admin)
    made = [await world.order(buyer, course) for _ in range(orders)]

    answer = await world.ask(OWN, buyer)

    assert answer["data"]["me"] == {
        "orders": {"nodes": [{"number": made[-1].number}, {"number": made[-2].number}]},
        "purchases": {"nodes": [{"productName": course.title}] * 2, "totalCount": orders},
    }
    assert world.observed.statements == {"users": 1, "orders": 1, "purchases": 2}
    assert world.observed.rows == {"users": 1, "orders": 2, "purchases": 3}


async def test_purchases_are_filtered_by_who_may_read_what_they_filter_by(world: World) -> None:
    admin, analyst, buyer = await world.person(Role.ADMIN), await world.person(Role.ANALYST), await world.person()
    await world.order(buyer, await world.course(admin))
    await world.order(buyer, await world.product())
    by_kind = "{ purchases(where: {kind: {eq: PRODUCT}}) { nodes { kind item { title } } } }"
    by_user = "query($id: ID!) { purchases(where: {user: {eq: $id}}) { totalCount } }"
    person = global_id("User", buyer.id)

    found = [{"kind": "PRODUCT", "item": {"title": "Product 6"}}]
    assert (await world.ask(by_kind, analyst))["data"]["purchases"]["nodes"] == found
    assert (await world.ask(by_user, admin, id=person))["data"]["purchases"] == {"totalCount": 2}
    refused = await world.ask(by_user, analyst, id=person)
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert world.observed.read == []
