"""Ordering and paying in one: the order, its coupon, its credits and its payment begin in one transaction, so that what
is refused leaves no order behind.
"""

from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue
from sqlmodel.ext.asyncio.session import AsyncSession

from models.orders import OrderStatus
from resolvers.context import Handles
from resolvers.idempotency import Earlier, again, asked, earlier, note_subject
from resolvers.intents import begin, locked
from resolvers.leases import Held
from resolvers.outcomes import PURCHASE
from resolvers.paying import Answer, begin_or_find, checked_method, settle
from resolvers.placing import PlaceOrder, Wanted, check, on_sale, one_currency, stated, write
from resolvers.redeeming import coupon_of, wish
from resolvers.spending import checked_credits, wish_credits


@dataclass(frozen=True)
class Purchase:
    """`credits` is how many to use at most; `currency` the one that the buyer expects."""

    items: tuple[Wanted, ...]
    idempotency_key: str
    currency: str | None = None
    coupon_code: str | None = None
    credits: int = 0
    payment_method_id: str | None = None


async def purchase(handles: Handles, user_id: UUID, command: Purchase) -> Answer:
    """Raises what placing an order, redeeming a coupon, applying credits and paying raise; see `paying.settle`."""
    placing = PlaceOrder(command.items, command.idempotency_key, command.currency)
    check(placing)
    method_id = checked_method(command.payment_method_id)
    credits_wanted = checked_credits(command.credits)
    given: dict[str, JsonValue] = {
        **stated(placing),
        "couponCode": command.coupon_code,
        "credits": credits_wanted,
        "paymentMethodId": method_id,
    }
    request = asked(user_id, command.idempotency_key, PURCHASE, given)
    known = await earlier(handles, request)
    is_final = known is not None and known.outcome is not None
    offered = [] if is_final else await on_sale(handles, command.items)

    async def begun(session: AsyncSession, known: Earlier | None) -> Held | UUID:
        if known is not None and known.subject_id is not None:
            before = await locked(session, user_id, known.subject_id)
            # While the lock was waited for, the same request may have placed another order, or come to its end.
            by_now = await again(session, request)
            order_id = by_now.subject_id or before.id
            # Where the payment of the order that it placed never left, that was cancelled.
            is_to_place = by_now.outcome is None and before.status is OrderStatus.CANCELLED and order_id == before.id
            if not is_to_place:
                return await begin_or_find(session, handles, request, known, order_id, method_id)
        order_id = await write(session, user_id, offered, one_currency(offered, command.currency))
        await note_subject(session, request, order_id)
        if command.coupon_code is not None:
            coupon = await coupon_of(session, command.coupon_code)
            await wish(session, order_id, coupon.id)
        if credits_wanted:
            await wish_credits(session, order_id, credits_wanted)
        order = await locked(session, user_id, order_id)
        return await begin(session, handles, order, request.key, method_id)

    return await settle(handles, request, known, begun)
