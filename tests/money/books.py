"""What the books hold, to be compared whole: nothing that was reserved may be left behind."""

from typing import Any
from uuid import UUID

from tests.world import Person, World

RESERVED = """
SELECT (SELECT count(*) FROM orders WHERE status = 'processing') AS processing,
       (SELECT count(*) FROM ownerships WHERE state = 'CLAIMED') AS claimed,
       (SELECT count(*) FROM coupon_usages WHERE state = 'RESERVED') AS reserved,
       (SELECT coalesce(sum(held), 0) FROM credit_accounts) AS held,
       (SELECT count(*) FROM payments WHERE state IN ('CREATED', 'WAITING')) AS open
"""
NOTHING = {"processing": 0, "claimed": 0, "reserved": 0, "held": 0, "open": 0}


async def reserved(world: World) -> dict[str, int]:
    """What payments have reserved and not yet used or given back."""
    row = await world.handles.postgres.fetchrow(RESERVED)
    assert row is not None
    return dict(row)


async def column(world: World, text: str, *arguments: object) -> list[Any]:
    return [row[0] for row in await world.handles.postgres.fetch(text, *arguments)]


async def payments_of(world: World, buyer: Person) -> list[tuple[str, str | None]]:
    """The attempts of a buyer, oldest first: how each stands, and why it was declined."""
    rows = await world.handles.postgres.fetch(
        "SELECT state::text, decline_code FROM payments WHERE user_id = $1 ORDER BY created_at, id", buyer.id
    )
    return [tuple(row) for row in rows]


async def owned(world: World, buyer: Person) -> set[UUID]:
    """What the buyer may use, which both databases must say alike."""
    rows = await column(world, "SELECT item_id FROM ownerships WHERE user_id = $1 AND state = 'OWNED'", buyer.id)
    member = await world.handles.mongo["members"].find_one({"_id": buyer.id}) or {}
    shown = [*member["purchasedCourses"], *member["purchasedTests"], *member["purchasedProducts"]]
    assert sorted(shown) == sorted(rows)
    return set(rows)


async def expire_lease(world: World) -> None:
    """Has every lease end now, as if its time had passed."""
    await world.handles.postgres.execute("UPDATE orders SET lease_until = now() WHERE status = 'processing'")
