"""A payment as a table of recovery points: from each, the step that leaves it.  The same drive serves the buyer's
request and recovery.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from models.orders import RecoveryPoint
from resolvers.charging import Unresolved, Waiting, charge
from resolvers.committing import commit
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.leases import Fenced, Held, give_up
from resolvers.relay import deliver
from resolvers.releasing import release


@dataclass(frozen=True, slots=True)
class Ended:
    """The payment has come to its end, and its key stands for what that was, unless nothing had been sent."""

    is_unsent: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else drives the order."""


End: TypeAlias = Ended | Waiting | Unresolved | Busy
Step: TypeAlias = Callable[[Handles, Held], Awaitable[RecoveryPoint | Waiting | Unresolved]]

STEPS: Mapping[RecoveryPoint, Step] = {
    RecoveryPoint.INTENT: charge,
    RecoveryPoint.CHARGED: commit,
    RecoveryPoint.RELEASING: release,
    RecoveryPoint.CANCELLING: release,
}


async def drive(handles: Handles, held: Held) -> End:
    """Takes the order as far as it goes now.  What it leaves undone, recovery goes on with when the lease has ended."""
    point = held.point
    try:
        while point in STEPS:
            reached = await STEPS[point](handles, held)
            if isinstance(reached, Waiting):
                return reached
            if isinstance(reached, Unresolved):
                await give_up(handles, held)
                return reached
            point = reached
    except Fenced:
        return Busy()
    if point is RecoveryPoint.COMMITTED:
        await show(handles, held)
    return Ended(is_unsent=held.payment is not None and held.payment.is_unsent)


async def show(handles: Handles, held: Held) -> None:
    """Has MongoDB say what the book says now, so that the buyer finds it; where it is away, the relay does it later."""
    crash_point("show.begun")
    if await deliver(handles, held.order_id):
        await deliver(handles, held.user_id)
    crash_point("show.done")
