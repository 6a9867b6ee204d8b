"""A payment as a table of recovery points: from each, the step that leaves it.  The same drive serves the buyer's
request and recovery.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
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
    """The payment has come to its end, and its key stands for what that was, unless nothing had been sent.

    `is_awaited` says that MongoDB had its time to show it.
    """

    is_awaited: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else drives the order."""


SHOW_SECONDS = 1.2
"""How long a buyer waits for MongoDB to show what they have bought; the rest of their time is for the answer."""

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
    return Ended(is_awaited=True)


async def show(handles: Handles, held: Held) -> None:
    """Has MongoDB say what the book says now, so that the buyer finds it; where it is away, the relay does it later."""
    crash_point("show.begun")
    with suppress(TimeoutError):
        async with asyncio.timeout(SHOW_SECONDS):
            if await deliver(handles, held.order_id):
                await deliver(handles, held.user_id)
    crash_point("show.done")
