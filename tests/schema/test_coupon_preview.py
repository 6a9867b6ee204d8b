"""What a coupon would take off things that nobody has ordered yet, or why nothing; nothing is noted or reserved."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.catalog import ProductCategory
from models.coupons import CouponType
from models.identity import Role
from models.values import new_id, now
from schema.ids import global_id
from tests.buying import id_of
from tests.schema.test_redeeming import REFUSED
from tests.shop import coupon, typing_test, use
from tests.world import Item, Person, World

PREVIEW = """query($code: String!, $items: [ID!]!) { couponPreview(code: $code, items: $items) { __typename
  ... on CouponPreview { couponCode originalAmount { amount currency } discount { amount currency } amount { amount }
    items { itemId title price { amount currency } discount { amount } } }
  ... on Problem { code path retryable } ... on CouponProblem { couponCode } ... on CouponNeedsMore { least } } }"""


async def preview(world: World, viewer: Person | None, code: str, *items: Item | str) -> Any:
    ids = [item if isinstance(item, str) else id_of(item) for item in items]
    answer = await world.ask(PREVIEW, viewer, code=code, items=ids)
    assert answer.keys() == {"data"}, answer
    return answer["data"]["couponPreview"]


async def test_a_preview_tells_what_would_be_taken_off_and_writes_nothing(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    await coupon(world, admin, code="SAVE10", categories=["ebook"], max_uses=1)
    ebook = await world.product(price=Decimal("29.99"))
    test = await typing_test(world, price=Decimal("5.00"))
    before = await world.handles.postgres.fetchrow("SELECT * FROM coupons")

    assert await preview(world, buyer, " save10\n", test, ebook) == {
        "__typename": "CouponPreview",
        "couponCode": "SAVE10",
        "originalAmount": {"amount": "34.99", "currency": "INR"},
        "discount": {"amount": "2.99", "currency": "INR"},
        "amount": {"amount": "32.00"},
        "items": [
            {
                "itemId": id_of(test),
                "title": test.title,
                "price": {"amount": "5.00", "currency": "INR"},
                "discount": {"amount": "0.00"},
            },
            {
                "itemId": id_of(ebook),
                "title": ebook.title,
                "price": {"amount": "29.99", "currency": "INR"},
                "discount": {"amount": "2.99"},
            },
        ],
    }
    assert await world.handles.postgres.fetchrow("SELECT * FROM coupons") == before
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM coupon_usages") == 0
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM orders") == 0


async def test_a_preview_is_the_same_however_often_its_text_is_asked(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    await coupon(world, admin, code="SAVE10")
    item = await world.product()

    first, *others = [await preview(world, buyer, "SAVE10", item) for _ in range(4)]

    assert others == [first] * 3


@pytest.mark.parametrize(("refused", "changes"), REFUSED, ids=[refused for refused, _ in REFUSED])
async def test_a_coupon_that_would_not_apply_says_why(world: World, refused: str, changes: dict[str, Any]) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    await coupon(world, admin, code="BAD", **changes)

    answer = await preview(world, buyer, "bad", await world.product(price=Decimal("29.99")))

    assert answer.pop("code").replace("_", "") == refused.upper()
    assert answer.pop("least", "30.00") == "30.00"
    assert answer == {"__typename": refused, "path": ["code"], "retryable": False, "couponCode": "BAD"}


async def test_a_coupon_of_other_items_or_used_up_by_the_viewer_says_so(world: World) -> None:
    admin, buyer, other = await world.person(Role.ADMIN), await world.person(), await world.person()
    item, software = await world.product(), await world.product(category=ProductCategory.SOFTWARE)
    once = await coupon(world, admin, code="ONCE", max_uses_per_user=1, categories=["ebook"])
    await use(world, once, await world.order(buyer, software))

    assert (await preview(world, other, "ONCE", software))["__typename"] == "CouponForOtherItems"
    assert (await preview(world, buyer, "ONCE", item))["__typename"] == "CouponUsedByBuyer"
    assert (await preview(world, other, "ONCE", item))["__typename"] == "CouponPreview"
    assert (await preview(world, other, "NONE", item))["__typename"] == "CouponUnknown"


async def test_what_could_not_be_ordered_is_not_previewed(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    await coupon(world, admin, code="SAVE10")
    item, euros = await world.product(), await world.product(currency="EUR")
    hidden, owned = await world.product(is_published=False), await world.product()
    await world.handles.postgres.execute(
        """INSERT INTO ownerships (user_id, kind, item_id, granted_by, reason, state, owned_at)
        VALUES ($1, 'PRODUCT', $2, $3, 'A gift', 'OWNED', now())""",
        buyer.id,
        owned.id,
        admin.id,
    )
    asked: list[tuple[str, list[str] | None, list[Any]]] = [
        ("EmptyOrder", ["items"], []),
        ("TooManyItems", ["items"], [global_id("Product", new_id()) for _ in range(21)]),
        ("ItemUnavailable", ["items", "1"], [item, hidden]),
        ("ItemUnavailable", ["items", "0"], [global_id("Course", new_id())]),
        ("InvalidInput", ["items", "1"], [item, item]),
        ("InvalidInput", ["items", "0"], ["nothing"]),
        ("InvalidInput", ["items", "0"], [global_id("User", buyer.id)]),
        ("MixedCurrencies", ["items"], [item, euros]),
        ("AlreadyOwned", ["items", "0"], [owned]),
    ]

    for refused, path, items in asked:
        answer = await preview(world, buyer, "SAVE10", *items)
        assert (answer["__typename"], answer["path"]) == (refused, path)


async def test_a_preview_is_for_people_and_sends_no_statement_for_nobody(world: World) -> None:
    answer = await preview(world, None, "SAVE10", global_id("Product", new_id()))

    assert answer == {"__typename": "NotSignedIn", "code": "UNAUTHENTICATED", "path": None, "retryable": False}
    assert world.observed.read == []


async def test_a_preview_of_many_items_sends_no_more_statements_than_one_of_few(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    await coupon(world, admin, code="SAVE10")
    courses = [await world.course(admin) for _ in range(10)]
    products = [await world.product() for _ in range(10)]

    sent = []
    for many in (1, 10):
        answer = await preview(world, buyer, "SAVE10", *courses[:many], *products[:many])
        assert len(answer["items"]) == 2 * many
        sent.append(([(each.store, each.target) for each in world.observed.read], len(world.observed.sql)))

    assert sent[0] == sent[1]


async def test_a_fixed_coupon_takes_no_more_than_there_is_and_none_off_another_currency(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    fixed = {"type": CouponType.FIXED, "value": Decimal(50), "currency": "INR"}
    await coupon(world, admin, code="FIXED", ends_at=now() + timedelta(days=1), **fixed)

    cheap = await preview(world, buyer, "FIXED", await world.product(price=Decimal("9.99")))
    other = await preview(world, buyer, "FIXED", await world.product(currency="EUR"))

    assert (cheap["discount"]["amount"], cheap["amount"]["amount"]) == ("9.99", "0.00")
    assert other["__typename"] == "CouponForOtherCurrency"
