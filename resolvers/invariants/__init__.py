"""What must hold of both books whatever dies, each with its name, and what breaks it, found without changing anything.

A room has the invariants of its feature.  The list in words, with what is not checked, is `docs/money.md`.
"""

from resolvers.invariants import charges, coupons, credits, orders, outbox, ownership, provider, purchases, referrals
from resolvers.invariants.checks import Invariant

INVARIANTS: tuple[Invariant, ...] = tuple(
    sorted(
        (
            *orders.INVARIANTS,
            *charges.INVARIANTS,
            *provider.INVARIANTS,
            *credits.INVARIANTS,
            *purchases.INVARIANTS,
            *ownership.INVARIANTS,
            *coupons.INVARIANTS,
            *referrals.INVARIANTS,
            *outbox.INVARIANTS,
        ),
        key=lambda invariant: invariant.number,
    )
)

__all__ = ["INVARIANTS", "Invariant"]
