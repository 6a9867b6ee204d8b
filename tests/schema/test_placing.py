"""Placing orders: at the prices of now, once for each key, and never what is not for sale."""

import re
from asyncio import create_task, gather, sleep
from collections import Counter
from decimal import Decimal

import pytest

from models.catalog import Product, PurchasableKind
from models.orders import Ownership, OwnershipState
from models.values import new_id, now
from resolvers import placing
from resolvers.idempotency import LONGEST_KEY
from schema.ids import global_id
from tests.buying import id_of, place
from tests.shop import typing_test
from tests.world import Item, World

NUMBER = re.compile(r"ORD-\d{6}-[2-9A-HJ-KM-NP-TV-Z]{4}-[2-9A-HJ-KM-NP-TV-Z]{4}")


async def counted(world: World) -> tuple[int, int, int]:
    """How many orders, items of orders and keys there are."""
    row = await world.handles.postgres.fetchrow(
        "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_items),"
        " (SELECT count(*) FROM idempotency_keys)"
    )
    assert row is not None
    return tuple(row)


async def test_an_order_is_of_all_kinds_at_the_prices_of_now_and_waits_to_be_paid(world: World) -> None:
    buyer, author = await world.person(), await world.person()
    course = await world.course(author, price=Decimal("24.99"))
    product = await world.product(price=Decimal("9.90"))
    test = await typing_test(world, price=Decimal("0.00"))

    answer = await place(world, buyer, course, product, test, currency="INR")

    number = answer["order"].pop("number")
    sold: list[tuple[str, Item, str]] = [
        ("COURSE", course, "24.99"),
        ("PRODUCT", product, "9.90"),
        ("TYPING_TEST", test, "0.00"),
    ]
    assert NUMBER.fullmatch(number)
    assert number[4:10] == f"{now():%y%m%d}"
    assert answer["order"].pop("id")
    assert answer == {
        "__typename": "OrderPlaced",
        "order": {
            "status": "pending",
            "paymentStatus": "pending",
            "nextStatuses": ["processing", "cancelled"],
            "fulfilment": "NONE",
            "amount": {"amount": "34.89", "currency": "INR"},
            "originalAmount": {"amount": "34.89"},
            "discount": {"amount": "0.00"},
            "creditsUsed": 0,
            "user": {"username": buyer.username},
            "items": [
                {
                    "kind": kind,
                    "title": item.title,
                    "price": {"amount": price, "currency": "INR"},
                    "item": {"id": id_of(item)},
                }
                for kind, item, price in sold
            ],
        },
    }
    assert await counted(world) == (1, 3, 1)


async def test_an_order_keeps_the_prices_that_it_was_placed_at(world: World) -> None:
    buyer, product = await world.person(), await world.product(price=Decimal("9.90"))
    first = await place(world, buyer, product, key="before")
    await Product.find_one({"_id": product.id}).update({"$set": {"price": Decimal("19.90")}})

    second = await place(world, buyer, product, key="after")
    again = await place(world, buyer, product, key="before")

    assert (first["order"]["amount"]["amount"], second["order"]["amount"]["amount"]) == ("9.90", "19.90")
    assert again == first
    assert await counted(world) == (2, 2, 2)


async def test_fifty_requests_with_one_key_make_one_order_and_have_one_answer(world: World) -> None:
    buyer, item = await world.person(), await world.product()

    answers = await gather(*(place(world, buyer, item) for _ in range(50)))
    # On a busy machine some are told to ask again; they do, two at once.
    answers = [answer for answer in answers if not answer.get("retryable")]
    answers += await gather(*(place(world, buyer, item) for _ in range(2)))

    assert len(answers) > 2
    assert all(answer == answers[0] for answer in answers), Counter(map(str, answers))
    assert answers[0]["__typename"] == "OrderPlaced"
    assert await counted(world) == (1, 1, 1)


async def test_a_key_with_other_input_is_refused_and_changes_nothing(world: World) -> None:
    buyer, other = await world.person(), await world.person()
    first, second = await world.product(), await world.product()
    placed = await place(world, buyer, first, second)

    for given in ([second, first], [first]):
        assert await place(world, buyer, *given) == {
            "__typename": "IdempotencyKeyReused",
            "message": "This key was used for placeOrder with other input: make a new key for a new request.",
            "code": "IDEMPOTENCY_KEY_REUSED",
            "path": ["input", "idempotencyKey"],
            "retryable": False,
            "mutation": "placeOrder",
        }
    assert (await place(world, buyer, first, second, currency="INR"))["__typename"] == "IdempotencyKeyReused"
    assert await place(world, buyer, first, second, currency=None) == placed
    assert (await place(world, other, first))["__typename"] == "OrderPlaced"
    assert await counted(world) == (2, 3, 2)


async def test_of_two_different_requests_with_one_key_at_once_one_is_refused(world: World) -> None:
    buyer, items = await world.person(), [await world.product(), await world.product()]

    answers = await gather(*(place(world, buyer, item) for item in items))

    assert sorted(answer["__typename"] for answer in answers) == ["IdempotencyKeyReused", "OrderPlaced"]
    assert await counted(world) == (1, 1, 1)


async def test_a_key_that_somebody_is_taking_for_long_is_to_be_tried_again(world: World) -> None:
    buyer, item = await world.person(), await world.product()
    async with world.handles.postgres.acquire() as connection:
        taking = connection.transaction()
        await taking.start()
        await connection.execute(
            "INSERT INTO idempotency_keys (user_id, key, mutation, fingerprint) VALUES ($1, 'key', 'x', $2)",
            buyer.id,
            b"x" * 32,
        )
        answer = await place(world, buyer, item)
        await taking.rollback()

    assert (answer["__typename"], answer["retryable"]) == ("RequestInProgress", True)
    assert (await place(world, buyer, item))["__typename"] == "OrderPlaced"


async def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_and_may_be_tried_again(world: World) -> None:
    buyer, item = await world.person(), await world.product()
    waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
    async with world.handles.postgres.acquire() as connection:
        taking = connection.transaction()
        await taking.start()
        await connection.execute(
            "INSERT INTO idempotency_keys (user_id, key, mutation, fingerprint) VALUES ($1, 'key', 'x', $2)",
            buyer.id,
            b"x" * 32,
        )
        placing_it = create_task(place(world, buyer, item))
        while (pid := await connection.fetchval(waiting)) is None:  # noqa: ASYNC110  PostgreSQL has no event for it.
            await sleep(0.01)
        await connection.execute("SELECT pg_terminate_backend($1)", pid)
        answer = await placing_it
        await taking.rollback()

    assert (answer["__typename"], answer["retryable"]) == ("StoreUnavailable", True)
    assert await counted(world) == (0, 0, 0)
    assert (await place(world, buyer, item))["__typename"] == "OrderPlaced"


async def test_a_refused_order_leaves_its_key_unused(world: World) -> None:
    buyer, item = await world.person(), await world.product()
    draft = await world.product(is_published=False)

    assert (await place(world, buyer, draft))["__typename"] == "ItemUnavailable"
    assert await counted(world) == (0, 0, 0)
    assert (await place(world, buyer, item))["__typename"] == "OrderPlaced"


@pytest.mark.parametrize("key", ["", "x" * (LONGEST_KEY + 1), "a key", "clé", "\x00", "key\n"])
async def test_a_key_that_is_none_is_named(world: World, key: str) -> None:
    buyer, item = await world.person(), await world.product()

    answer = await place(world, buyer, item, key=key)

    assert (answer["__typename"], answer["path"]) == ("InvalidInput", ["input", "idempotencyKey"])
    assert await counted(world) == (0, 0, 0)


async def test_what_is_unknown_and_what_is_not_published_are_refused_alike(world: World) -> None:
    buyer, item = await world.person(), await world.product()
    drafts: list[Item] = [
        await world.course(buyer, is_published=False),
        await world.product(is_published=False),
        await typing_test(world, is_published=False),
    ]
    unknown = [global_id(name, new_id()) for name in ("Course", "Product", "TypingTest")]

    answers = [await place(world, buyer, item, each) for each in (*drafts, *unknown, global_id("Course", item.id))]

    assert answers == [
        {
            "__typename": "ItemUnavailable",
            "message": "This item is not for sale: take it out of the order.",
            "code": "ITEM_UNAVAILABLE",
            "path": ["input", "items", "1", "itemId"],
            "retryable": False,
        }
    ] * len(answers)
    assert await counted(world) == (0, 0, 0)


async def test_what_is_no_item_and_what_is_named_twice_is_refused_where_it_stands(world: World) -> None:
    buyer, item = await world.person(), await world.product()

    wrongs: list[Item | str] = ["nothing", global_id("User", buyer.id), item]
    for wrong in wrongs:
        answer = await place(world, buyer, item, wrong)
        assert (answer["__typename"], answer["path"]) == ("InvalidInput", ["input", "items", "1", "itemId"])
    answer = await place(world, buyer, item, currency="rupees")
    assert (answer["__typename"], answer["path"]) == ("InvalidInput", ["input", "currency"])
    assert await counted(world) == (0, 0, 0)


async def test_an_order_holds_something_and_not_too_much(world: World) -> None:
    buyer = await world.person()
    items = [await world.product() for _ in range(placing.MOST_ITEMS + 1)]

    empty = await place(world, buyer)
    full = await place(world, buyer, *items)
    most = await place(world, buyer, *items[1:])

    assert (empty["__typename"], empty["path"]) == ("EmptyOrder", ["input", "items"])
    assert (full["__typename"], full["limit"], full["path"]) == ("TooManyItems", 20, ["input", "items"])
    assert len(most["order"]["items"]) == placing.MOST_ITEMS
    assert await counted(world) == (1, placing.MOST_ITEMS, 1)


async def test_an_order_has_one_currency(world: World) -> None:
    buyer, rupees = await world.person(), await world.product()
    euros = await world.course(buyer, currency="EUR")

    mixed = await place(world, buyer, rupees, euros)
    other = await place(world, buyer, euros, currency="INR")

    for answer in (mixed, other):
        assert (answer["__typename"], answer["currencies"]) == ("MixedCurrencies", ["EUR", "INR"])
    assert await counted(world) == (0, 0, 0)
    assert (await place(world, buyer, euros, currency="EUR"))["order"]["amount"]["currency"] == "EUR"


async def test_what_one_owns_is_not_ordered_again_unless_it_was_given_back(world: World) -> None:
    buyer, other, item = await world.person(), await world.person(), await world.product()
    at = now()
    owned = Ownership(
        user_id=buyer.id,
        kind=PurchasableKind.PRODUCT,
        item_id=item.id,
        granted_by=other.id,
        reason="A gift",
        state=OwnershipState.OWNED,
        owned_at=at,
    )
    await world.save(owned)

    refused = await place(world, buyer, await world.product(), item)
    assert (refused["__typename"], refused["title"], refused["path"][2]) == ("AlreadyOwned", item.title, "1")
    assert (await place(world, other, item))["__typename"] == "OrderPlaced"
    await world.handles.postgres.execute("UPDATE ownerships SET state = 'REVOKED', ended_at = $1", at)
    assert (await place(world, buyer, item))["__typename"] == "OrderPlaced"


async def test_a_number_that_is_taken_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    buyer, items = await world.person(), [await world.product(), await world.product()]
    drawn = iter(["ORD-A", "ORD-A", "ORD-B"])
    monkeypatch.setattr(placing, "drawn_number", lambda _: next(drawn))

    placed = [await place(world, buyer, item, key=str(number)) for number, item in enumerate(items)]

    assert [each["order"]["number"] for each in placed] == ["ORD-A", "ORD-B"]
    assert await counted(world) == (2, 2, 2)
