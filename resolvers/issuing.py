"""Coupons as administrators manage them: made, changed and disabled.  What an order has of a coupon is frozen when its
payment begins, so no change reaches back.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.coupons import Coupon, CouponType, CouponUsage, UsageState
from models.values import new_id
from resolvers.context import Handles
from resolvers.coupon_refusals import CouponCodeTaken, CouponNotFound
from resolvers.coupons import CouponById
from resolvers.discounts import Uses
from resolvers.placing import CURRENCY, Wanted
from resolvers.profiles import KEPT, Kept, text
from resolvers.refusals import InvalidInput
from resolvers.restricting import restricted
from resolvers.shares import CENT, MOST, unit_of
from resolvers.stores import Row
from resolvers.transactions import transaction

CODE = re.compile("[A-Z0-9_-]{1,64}")
WHOLE = Decimal(100)
MOST_USES = 2**31 - 1
LONGEST_DESCRIPTION = 500


@dataclass(frozen=True)
class CreateCoupon:
    """None is no bound."""

    code: str
    type: CouponType
    value: Decimal
    starts_at: datetime
    ends_at: datetime
    currency: str | None = None
    max_discount: Decimal | None = None
    min_purchase: Decimal | None = None
    description: str | None = None
    max_uses: int | None = None
    max_uses_per_user: int | None = None
    is_released_by_refund: bool = False
    items: Sequence[Wanted] | None = ()
    categories: Sequence[str] | None = ()


@dataclass(frozen=True)
class EditCoupon:
    """None takes a bound away; what a coupon is, its code and type, stays."""

    coupon_id: UUID
    value: Decimal | Kept | None = KEPT
    starts_at: datetime | Kept | None = KEPT
    ends_at: datetime | Kept | None = KEPT
    currency: str | Kept | None = KEPT
    max_discount: Decimal | Kept | None = KEPT
    min_purchase: Decimal | Kept | None = KEPT
    description: str | Kept | None = KEPT
    max_uses: int | Kept | None = KEPT
    max_uses_per_user: int | Kept | None = KEPT
    is_released_by_refund: bool | Kept | None = KEPT
    items: Sequence[Wanted] | Kept | None = KEPT
    categories: Sequence[str] | Kept | None = KEPT


@dataclass(frozen=True)
class DisableCoupon:
    coupon_id: UUID


async def create_coupon(handles: Handles, author: UUID, command: CreateCoupon) -> Row:
    """Raises InvalidInput and CouponCodeTaken."""
    code = command.code.strip().upper()
    # Some letters of other scripts have capitals of ours.
    if not command.code.isascii() or not CODE.fullmatch(code):
        raise InvalidInput(("code",), "A code is 1 to 64 letters of A to Z, digits, hyphens and underscores.")
    facts = checked(await restricted(handles, {**vars(command), "code": code}), Uses())
    coupon_id = new_id()
    making = insert(Coupon).values(id=coupon_id, created_by=author, **facts)
    async with transaction(handles) as session:
        made = await session.exec(making.on_conflict_do_nothing(index_elements=["code"]).returning(col(Coupon.id)))
        if made.first() is None:
            raise CouponCodeTaken(code)
    return await stored(handles, coupon_id)


async def edit_coupon(handles: Handles, command: EditCoupon) -> Row:
    """The coupon with these changes, all of it checked anew.  Raises InvalidInput and CouponNotFound."""
    changes = {name: value for name, value in vars(command).items() if value is not KEPT and name != "coupon_id"}
    if not changes:
        raise InvalidInput((), "Nothing is to be changed: say at least one thing.")
    changes = await restricted(handles, changes)
    async with transaction(handles) as session:
        locking = select(Coupon).where(col(Coupon.id) == command.coupon_id).with_for_update()
        coupon = (await session.exec(locking)).first()
        if coupon is None:
            raise CouponNotFound
        kept = {name: getattr(coupon, name) for name in CreateCoupon.__dataclass_fields__}
        if coupon.uses and changes.get("currency", coupon.currency) != coupon.currency:
            raise InvalidInput(("currency",), "This coupon is used already, and keeps its currency: make another one.")
        facts = checked(kept | changes, Uses(coupon.uses, await highest_slot(session, coupon.id)))
        changed = {name: facts[name] for name in changes}
        await session.exec(update(Coupon).where(col(Coupon.id) == coupon.id).values(**changed))
    return await stored(handles, command.coupon_id)


async def disable_coupon(handles: Handles, command: DisableCoupon) -> Row:
    """The coupon, disabled now or before; orders in payment keep it.  Raises CouponNotFound."""
    disabling = update(Coupon).where(col(Coupon.id) == command.coupon_id, col(Coupon.disabled_at).is_(None))
    async with transaction(handles) as session:
        await session.exec(disabling.values(disabled_at=func.now()))
        if (await session.exec(select(Coupon.id).where(col(Coupon.id) == command.coupon_id))).first() is None:
            raise CouponNotFound
    return await stored(handles, command.coupon_id)


async def stored(handles: Handles, coupon_id: UUID) -> Row:
    """A coupon that is known to exist, with all of its columns."""
    columns = tuple(map(CouponById.source.stored, Coupon.model_fields))
    return (await CouponById.load(handles, (coupon_id,), columns))[coupon_id]


async def highest_slot(session: AsyncSession, coupon_id: UUID) -> int:
    """The highest number of anybody's use that is not released: no limit per person can be lower.  Somebody whose
    earlier use was released may have fewer uses than that.
    """
    reading = select(func.coalesce(func.max(col(CouponUsage.slot)), 0)).where(
        col(CouponUsage.coupon_id) == coupon_id, col(CouponUsage.state) != UsageState.RELEASED
    )
    return (await session.exec(reading)).one()


def checked(facts: Mapping[str, Any], uses: Uses) -> dict[str, Any]:
    """The facts of a coupon as they are stored; `uses` are all that are taken and the highest number of one person's.

    Raises InvalidInput for the first that cannot be.
    """
    description = text("description", facts["description"], longest=LONGEST_DESCRIPTION, allowed="\n")
    if facts["is_released_by_refund"] is None:
        raise InvalidInput(("is_released_by_refund",), "This is either true or false: leave it out to keep it.")
    check_limits(facts, uses)
    return {**facts, **amounts(facts), **period(facts), "description": description}


def amounts(facts: Mapping[str, Any]) -> dict[str, Decimal | None]:
    is_percentage = facts["type"] is CouponType.PERCENTAGE
    value = amount("value", facts["value"], most=WHOLE if is_percentage else MOST)
    bounds = {
        name: None if facts[name] is None else amount(name, facts[name], least=least)
        for name, least in (("max_discount", CENT), ("min_purchase", Decimal(0)))
    }
    currency = facts["currency"]
    if currency is not None and not CURRENCY.fullmatch(currency):
        raise InvalidInput(("currency",), "This is no code of a currency: write three capitals such as INR.")
    has_amounts = not is_percentage or any(bound is not None for bound in bounds.values())
    if has_amounts and currency is None:
        raise InvalidInput(("currency",), "An amount needs a currency: name one such as INR.")
    if currency is not None:
        check_units(currency, bounds if is_percentage else {"value": value, **bounds})
    return {"value": value, **bounds}


def check_units(currency: str, given: Mapping[str, Decimal | None]) -> None:
    unit = unit_of(currency)
    for name, value in given.items():
        if value is not None and value % unit:
            raise InvalidInput((name,), f"Amounts in {currency} are multiples of {unit}: name one.")


def period(facts: Mapping[str, Any]) -> dict[str, datetime]:
    starts_at, ends_at = (moment(name, facts[name]) for name in ("starts_at", "ends_at"))
    if ends_at <= starts_at:
        raise InvalidInput(("ends_at",), "A coupon ends after it starts: name a later time.")
    return {"starts_at": starts_at, "ends_at": ends_at}


def check_limits(facts: Mapping[str, Any], uses: Uses) -> None:
    for name, least, taken in (
        ("max_uses", uses.all, f"{uses.all} uses are taken already"),
        ("max_uses_per_user", uses.own, f"Somebody has taken use number {uses.own} of theirs already"),
    ):
        if facts[name] is not None and not 1 <= facts[name] <= MOST_USES:
            raise InvalidInput((name,), "A limit is 1 or more: leave it out for none.")
        if facts[name] is not None and facts[name] < least:
            raise InvalidInput((name,), f"{taken}: name no less.")


def amount(name: str, given: Decimal | None, *, least: Decimal = CENT, most: Decimal = MOST) -> Decimal:
    """An amount of at most two digits after the point, within these bounds."""
    is_within = given is not None and given.is_finite() and least <= given <= most
    if given is None or not is_within or given != given.quantize(CENT):
        raise InvalidInput((name,), f"This is {least} to {most}, with at most two digits after the point.")
    return given.quantize(CENT)


def moment(name: str, given: datetime | None) -> datetime:
    if given is None or given.tzinfo is None:
        raise InvalidInput((name,), "This is a time with its zone, such as 2026-11-20T09:30:00Z.")
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise InvalidInput((name,), "This is a time of the years 1 to 9999.") from None
