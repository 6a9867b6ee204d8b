"""Seeded orders, as a person's clients and the books see them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.seeding.carts import Cart, Outcome
from gateway.seeding.draw import Draw
from gateway.seeding.orders import place
from gateway.seeding.people import Newcomer
from gateway.seeding.shapes import columns
from gateway.seeding.shelf import Item
from gateway.seeding.sizes import WORLD_BEGINS
from gateway.seeding.world import Terms, World
from models.catalog import PurchasableKind
from models.orders import Order


def shop(seed: int) -> World:
    return World(Draw(seed), Terms("INR", Decimal("10.00"), 2))


def orders(world: World) -> list[dict[str, Any]]:
    return [dict(zip(columns(Order), row, strict=True)) for row in world.batch.rows[Order]]


@pytest.mark.parametrize("seed", range(20))
def test_of_two_orders_at_the_same_moment_the_first_is_completed_first(seed: int) -> None:
    world = shop(seed)
    buyer = world.sign_up(Newcomer("Ada", "Bell", "ada", "ada@example.com", None), WORLD_BEGINS)
    at = WORLD_BEGINS + timedelta(days=1)
    for title in ("One", "Two", "Three"):
        item = Item(world.draw.id(at), PurchasableKind.PRODUCT, title, Decimal("9.99"), is_published=True)
        place(world, Cart(buyer, (item,), at, Outcome.COMPLETED, "card"))

    made = orders(world)
    assert [order["is_first_purchase"] for order in made] == [True, False, False]
    completed = [order["completed_at"] for order in made]
    assert completed == sorted(set(completed))
