"""Giving back: what was paid for, by the frozen shares and never more, in both databases."""

from decimal import Decimal

from models.orders import OrderStatus
from models.values import new_id
from schema.ids import global_id
from tests import shop
from tests.buying import place
from tests.refunding import (
    admin_of,
    balance,
    book,
    bought,
    given_back,
    items_of,
    refund,
    returned_by_the_provider,
)
from tests.world import World


async def test_a_whole_order_is_given_back_in_both_databases(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    course = await world.course(admin, price=Decimal("24.99"))
    product = await world.product(price=Decimal("9.90"))
    order = await bought(world, buyer, course, product)

    answer = await refund(world, admin, order, key="all")

    assert answer == {
        "__typename": "OrderRefunded",
        "order": {
            "status": "refunded",
            "paymentStatus": "refunded",
            "fulfilment": "DONE",
            "refundedAmount": {"amount": "34.89"},
            "creditsReturned": 0,
        },
        "refunds": [
            {
                "state": "DONE",
                "amount": {"amount": amount},
                "creditValue": {"amount": "0.00"},
                "creditsReturned": 0,
                "reason": "Not wanted.",
                "failureReason": None,
                "orderItem": {"title": title},
            }
            for amount, title in (("24.99", course.title), ("9.90", product.title))
        ],
    }
    assert await refund(world, admin, order, key="all") == answer
    assert [effect["amount"] for effect in world.sandbox.effects("refunded")] == [2499, 990]
    assert (await book(world, order))["owned"] == ["REVOKED", "REVOKED"]
    enrolled = "SELECT count(*) FROM course_enrollments WHERE user_id = $1 AND ended_at IS NULL"
    assert await world.handles.postgres.fetchval(enrolled, buyer.id) == 0
    member = await world.handles.mongo["members"].find_one({"_id": buyer.id})
    assert member is not None
    assert (member["purchasedCourses"], member["purchasedProducts"]) == ([], [])
    events = world.handles.mongo["purchase_events"].find({"userId": buyer.id}, sort=[("sequence", 1)])
    assert [(each["kind"], each["amount"]) for each in await events.to_list()] == [
        ("made", Decimal("24.99")),
        ("made", Decimal("9.90")),
        ("refunded", Decimal("24.99")),
        ("refunded", Decimal("9.90")),
    ]
    audited = await world.handles.postgres.fetch("SELECT actor_id, user_id, action FROM audit_entries")
    assert [tuple(row) for row in audited] == [(admin.id, buyer.id, "order.refund_begun")]
    again = await bought(world, buyer, course)
    assert (await book(world, again))["owned"] == ["OWNED"]
    assert await world.handles.postgres.fetchval(enrolled, buyer.id) == 1


async def test_an_item_is_given_back_and_the_rest_of_the_order_stays(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    order = await bought(world, buyer, await world.product(price=Decimal(30)), await world.product(price=Decimal(12)))
    first, second = await items_of(world, order)

    answer = await refund(world, admin, order, items=[second])

    assert (answer["order"]["status"], given_back(answer)) == ("completed", [("DONE", "12.00", "0.00", 0)])
    assert (await book(world, order))["owned"] == ["OWNED", "REVOKED"]
    again = await refund(world, admin, order, items=[first, second])
    assert (again["__typename"], again["path"]) == ("RefundTooLarge", ["input", "items", "1"])
    rest = await refund(world, admin, order)
    assert (rest["order"]["status"], given_back(rest)) == ("refunded", [("DONE", "30.00", "0.00", 0)])
    over = await refund(world, admin, order)
    assert (over["__typename"], over["status"]) == ("OrderNotRefundable", "refunded")
    assert returned_by_the_provider(world) == Decimal(42)


async def test_amounts_are_given_back_up_to_exactly_everything_and_the_item_goes_with_the_last(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    order = await bought(
        world, buyer, await world.product(price=Decimal("10.00")), await world.product(price=Decimal("0.05"))
    )

    first = await refund(world, admin, order, amount="3.33")
    assert given_back(first) == [("DONE", "3.31", "0.00", 0), ("DONE", "0.02", "0.00", 0)]
    large = await refund(world, admin, order, amount="6.73")
    assert (large["__typename"], large["left"], large["path"]) == ("RefundTooLarge", "6.72", ["input", "amount"])
    item = (await items_of(world, order))[0]
    second = await refund(world, admin, order, items=[item], amount="6.69")
    assert given_back(second) == [("DONE", "6.69", "0.00", 0)]
    assert await book(world, order) == {
        "status": "completed",
        "refunded_amount": Decimal("10.02"),
        "credits_returned": 0,
        "payment": Decimal("10.02"),
        "cash": [Decimal("10.00"), Decimal("0.02")],
        "value": [Decimal(0), Decimal(0)],
        "owned": ["REVOKED", "OWNED"],
        "refunds": ["DONE"] * 3,
    }
    last = await refund(world, admin, order, amount="0.03")

    assert last["order"]["status"] == "refunded"
    assert returned_by_the_provider(world) == Decimal("10.05")
    purchases = await world.handles.mongo["purchases"].find({"userId": buyer.id}, sort=[("amount", -1)]).to_list()
    assert [each["refund"]["amount"] for each in purchases] == [Decimal("10.00"), Decimal("0.05")]


async def test_credits_come_back_whole_by_what_came_back_of_the_whole_order(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    products = [await world.product(price=Decimal(price)) for price in ("15.00", "15.00", "15.00")]
    order = await bought(world, buyer, *products, credits=4)
    items = await items_of(world, order)

    answers = [await refund(world, admin, order, items=[item]) for item in items]

    # Four credits pay 40 of 45: 13.34, 13.33 and 13.33 of each item.
    assert [given_back(answer) for answer in answers] == [
        [("DONE", "1.66", "13.34", 1)],
        [("DONE", "1.67", "13.33", 1)],
        [("DONE", "1.67", "13.33", 2)],
    ]
    assert (answers[-1]["order"]["status"], answers[-1]["order"]["creditsReturned"]) == ("refunded", 4)
    assert await balance(world, buyer) == 4
    member = await world.handles.mongo["members"].find_one({"_id": buyer.id})
    assert member is not None
    assert member["credits"] == 4


async def test_an_item_stays_while_the_value_of_its_credits_is_not_back(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    order = await bought(world, buyer, await world.product(price=Decimal(25)), credits=2)

    cash = await refund(world, admin, order, amount="5")
    assert (cash["order"]["status"], given_back(cash)) == ("completed", [("DONE", "5.00", "0.00", 0)])
    assert (await book(world, order))["owned"] == ["OWNED"]
    assert await balance(world, buyer) == 0
    rest = await refund(world, admin, order)

    assert (rest["order"]["status"], given_back(rest)) == ("refunded", [("DONE", "0.00", "20.00", 2)])
    assert (await book(world, order))["owned"] == ["REVOKED"]
    assert await balance(world, buyer) == 2


async def test_credits_come_back_by_what_one_was_worth_when_the_order_was_paid(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    order = await bought(world, buyer, await world.product(price=Decimal(30)), credits=3)
    values = world.handles.rules.credit_values
    assert isinstance(values, dict)
    before = values["INR"]
    values["INR"] = before * 2
    try:
        answer = await refund(world, admin, order)
    finally:
        values["INR"] = before

    assert given_back(answer) == [("DONE", "0.00", "30.00", 3)]


async def test_what_was_for_nothing_is_given_back_once(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    course = await world.course(admin, price=Decimal(0))
    order = await bought(world, buyer, course, await world.product(price=Decimal(0)))
    first = (await items_of(world, order))[0]

    answer = await refund(world, admin, order, items=[first])
    assert (answer["order"]["status"], given_back(answer)) == ("completed", [("DONE", "0.00", "0.00", 0)])
    assert (await book(world, order))["owned"] == ["REVOKED", "OWNED"]
    again = await refund(world, admin, order, items=[first])
    assert (again["__typename"], again["left"]) == ("RefundTooLarge", "0.00")
    nothing = await refund(world, admin, order, amount="0.01")
    assert (nothing["__typename"], nothing["left"]) == ("RefundTooLarge", "0.00")
    rest = await refund(world, admin, order)

    assert (rest["order"]["status"], given_back(rest)) == ("refunded", [("DONE", "0.00", "0.00", 0)])
    assert world.sandbox.effects() == []


async def test_a_coupon_may_be_used_again_after_the_whole_order_where_it_says_so(world: World) -> None:
    admin = await admin_of(world)
    uses = {}
    for is_released in (True, False):
        buyer = await world.person()
        coupon = await shop.coupon(world, admin, is_released_by_refund=is_released, max_uses=1)
        products = [await world.product(price=Decimal(50)) for _ in range(2)]
        order = await bought(world, buyer, *products, couponCode=coupon.code)
        await refund(world, admin, order, items=(await items_of(world, order))[:1])
        counting = "SELECT uses FROM coupons WHERE id = $1"
        partly = await world.handles.postgres.fetchval(counting, coupon.id)
        answer = await refund(world, admin, order)
        assert (answer["order"]["status"], answer["order"]["refundedAmount"]["amount"]) == ("refunded", "90.00")
        uses[is_released] = partly, await world.handles.postgres.fetchval(counting, coupon.id)

    assert uses == {True: (1, 0), False: (1, 1)}


async def test_only_a_paid_order_is_given_back_and_only_its_own_items(world: World) -> None:
    admin, buyer = await admin_of(world), await world.person()
    product = await world.product()
    pending = (await place(world, buyer, product))["order"]["id"]
    order = await bought(world, buyer, await world.product(), await world.product())
    other = await bought(world, buyer, await world.product())
    own, foreign = (await items_of(world, order))[0], (await items_of(world, other))[0]
    unknown = global_id("Order", new_id())

    answers = [
        await refund(world, admin, pending),
        await refund(world, admin, unknown),
        await refund(world, admin, order, items=[own, foreign]),
        await refund(world, admin, order, items=[own, order]),
        await refund(world, admin, order, items=[own, own]),
        await refund(world, admin, order, items=[]),
        *[await refund(world, admin, order, amount=amount) for amount in ("0", "-1", "1.001", "1e30", "NaN")],
        await refund(world, admin, order, reason="  "),
        await refund(world, admin, order, key="two words"),
        await refund(world, buyer, order),
        await refund(world, None, order),
    ]

    assert [(each["__typename"], each["path"]) for each in answers] == [
        ("OrderNotRefundable", ["input", "orderId"]),
        ("OrderNotFound", ["input", "orderId"]),
        ("ItemNotInOrder", ["input", "items", "1"]),
        ("InvalidInput", ["input", "items", "1"]),
        ("InvalidInput", ["input", "items", "1"]),
        ("InvalidInput", ["input", "items"]),
        *[("InvalidInput", ["input", "amount"])] * 5,
        ("InvalidInput", ["input", "reason"]),
        ("InvalidInput", ["input", "idempotencyKey"]),
        ("Forbidden", None),
        ("NotSignedIn", None),
    ]
    assert answers[0]["status"] == OrderStatus.PENDING
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM refunds") == 0
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM audit_entries") == 0
