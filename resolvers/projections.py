"""What each kind of message does on MongoDB.  Every effect may come twice and late, and is had once."""

from collections.abc import Awaitable, Callable, Mapping

from resolvers import member_projection, purchase_projection, referral_projection
from resolvers.context import Handles
from resolvers.messages import Message

EFFECTS: Mapping[str, Callable[[Handles, Message], Awaitable[None]]] = {
    "purchases": purchase_projection.show_purchases,
    "refund": purchase_projection.show_refund,
    "credits": member_projection.show_credits,
    "member": member_projection.show_member,
    "claim": referral_projection.show_claim,
}


class UnknownKind(Exception):
    """No such effect is known to this version; a newer one may know it, and deliver it."""


async def apply(handles: Handles, message: Message) -> None:
    """Raises StoreUnavailable when a database is away, and anything else for what is wrong with the message."""
    effect = EFFECTS.get(message.kind)
    if effect is None:
        raise UnknownKind(message.kind)
    await effect(handles, message)
