"""Driving again what can be projected again, where an invariant is broken.  It changes MongoDB and nothing of the book:
what is wrong there is for people to understand.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import structlog

from resolvers.context import Handles
from resolvers.invariants.verifying import Report
from resolvers.relay import deliver
from resolvers.reprojecting import reproject_member, reproject_order, reproject_referral
from resolvers.stores import fetch

ORDERS = "SELECT DISTINCT order_id AS id FROM order_items WHERE id = ANY($1::uuid[])"
COMPLETED = "SELECT id FROM orders WHERE id = ANY($1::uuid[]) AND status IN ('completed', 'refunded')"
PEOPLE = "SELECT id FROM users WHERE id = ANY($1::uuid[])"

log = structlog.get_logger(__name__)

Repair = Callable[[Handles, Sequence[UUID]], Awaitable[None]]


async def of_orders(handles: Handles, ids: Sequence[UUID]) -> None:
    for row in await fetch(handles, "orders", COMPLETED, ids):
        await reproject_order(handles, row["id"])


async def of_items(handles: Handles, ids: Sequence[UUID]) -> None:
    await of_orders(handles, [row["id"] for row in await fetch(handles, "order_items", ORDERS, ids)])


async def of_people(handles: Handles, ids: Sequence[UUID]) -> None:
    for row in await fetch(handles, "users", PEOPLE, ids):
        await reproject_member(handles, row["id"])


async def of_referred(handles: Handles, ids: Sequence[UUID]) -> None:
    for each in ids:
        await reproject_referral(handles, each)


async def of_the_outbox(handles: Handles, ids: Sequence[UUID]) -> None:
    for each in ids:
        await deliver(handles, each)


REPAIRS: Mapping[str, Repair] = {
    "effects-are-delivered": of_the_outbox,
    "purchases-are-what-was-sold": of_items,
    "purchases-share-the-credits": of_orders,
    "events-tell-what-happened": of_orders,
    "events-are-of-their-purchases": of_items,
    # Before people, whose numbers the making of a referral changes.
    "referrals-show-their-claims": of_referred,
    "members-show-their-credits": of_people,
    "members-show-what-they-own": of_people,
    "members-show-their-referrals": of_people,
}
"""What mends what breaks an invariant, by its name and in this order; the others are not mended."""


async def repair(handles: Handles, report: Report) -> int:
    """Projects again what the report names, as far as that can be, and answers how many ids that was.

    Harmless when repeated: what shows what the book says is not written.
    """
    violations = report.violations
    mended = 0
    for name, mend in REPAIRS.items():
        ids = list(map(UUID, violations.get(name, ())))
        if ids:
            log.warning("projecting again", invariant=name, ids=len(ids))
            await mend(handles, ids)
        mended += len(ids)
    return mended
