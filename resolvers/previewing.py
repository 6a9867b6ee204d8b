"""What a coupon would take off things for sale, for somebody who has not ordered them yet.  Nothing is noted."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from models.values import now
from resolvers.context import Handles
from resolvers.coupon_refusals import refusal
from resolvers.discounts import Sold, taken_off, why_not
from resolvers.placing import Offered, Wanted, check_items, on_sale, one_currency, refuse_owned
from resolvers.redeeming import coupon_of, terms_of, uses
from resolvers.shares import NOTHING, unit_of
from resolvers.transactions import transaction


@dataclass(frozen=True)
class PreviewCoupon:
    code: str
    items: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Previewed:
    """The items at the prices of now, all in one currency, and what the coupon takes off each."""

    coupon_code: str
    currency: str
    items: Sequence[Offered]
    discounts: Sequence[Decimal]


async def preview_coupon(handles: Handles, user_id: UUID, command: PreviewCoupon) -> Previewed:
    """What an order of these items would have of the coupon, if this person paid it now.

    Raises what refuses such an order, as InvalidInput, EmptyOrder, TooManyItems, ItemUnavailable, MixedCurrencies and
    AlreadyOwned; and a CouponRefused.
    """
    check_items(command.items)
    offered = await on_sale(handles, command.items)
    currency = one_currency(offered, None)
    items = [Sold(each.wanted.item_id, each.price, each.category) for each in offered]
    async with transaction(handles) as session:
        await refuse_owned(session, user_id, offered)
        coupon = await coupon_of(session, command.code)
        own = await uses(session, coupon, user_id)
    terms = terms_of(coupon)
    reason = why_not(terms, items, currency, now(), own)
    if reason is not None:
        raise refusal(reason, coupon.code, terms.min_purchase or NOTHING)
    return Previewed(coupon.code, currency, offered, taken_off(terms, items, unit_of(currency)))
