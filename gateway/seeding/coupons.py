"""The coupons of every seeded shop, and what is left of each as orders use them up."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from gateway.seeding.draw import Draw
from gateway.seeding.shapes import Batch
from models.coupons import Coupon, CouponType
from resolvers.discounts import Sold, Terms, Uses, taken_off, why_not
from resolvers.shares import unit_of


@dataclass(frozen=True, slots=True)
class Offer:
    """A coupon as an admin writes it down."""

    code: str
    type: CouponType
    value: Decimal
    description: str
    starts_at: datetime
    ends_at: datetime
    max_discount: Decimal | None = None
    min_purchase: Decimal | None = None
    max_uses: int | None = None
    max_uses_per_user: int | None = None
    disabled_at: datetime | None = None
    is_released_by_refund: bool = False
    categories: tuple[str, ...] = ()

    def terms(self, currency: str) -> Terms:
        """What it gives in a shop of that currency; a percentage without bounds is good for any."""
        is_bound = self.type is CouponType.FIXED or self.max_discount or self.min_purchase
        return Terms(
            self.type,
            self.value,
            self.starts_at,
            self.ends_at,
            currency if is_bound else None,
            self.max_discount,
            self.min_purchase,
            self.max_uses,
            self.max_uses_per_user,
            self.disabled_at,
            categories=self.categories,
        )


@dataclass(slots=True)
class OpenCoupon:
    """A coupon and how far it is used up."""

    id: UUID
    offer: Offer
    terms: Terms
    currency: str
    uses: int = 0
    used_at: datetime | None = None
    by_user: Counter[UUID] = field(default_factory=Counter)

    def taken_off(self, buyer: UUID, items: Sequence[Sold], at: datetime) -> list[Decimal] | None:
        """What it takes off each item, or None when it does not apply."""
        uses = Uses(self.uses, self.by_user[buyer])
        if why_not(self.terms, items, self.currency, at, uses) is not None:
            return None
        return taken_off(self.terms, items, unit_of(self.currency))

    def use(self, buyer: UUID, at: datetime) -> int:
        """Take one use and answer the buyer's slot, which counts the buyer's own uses from 1."""
        self.uses += 1
        self.used_at = at
        self.by_user[buyer] += 1
        return self.by_user[buyer]


def open_coupons(
    batch: Batch, draw: Draw, offers: tuple[Offer, ...], *, currency: str, created_by: UUID
) -> dict[str, OpenCoupon]:
    """Write the coupons, unused; what they have been used is known at the end."""
    opened = {}
    for offer in offers:
        coupon = OpenCoupon(draw.id(offer.starts_at), offer, offer.terms(currency), currency)
        opened[offer.code] = coupon
        batch.row(
            Coupon,
            id=coupon.id,
            code=offer.code,
            type=offer.type,
            value=offer.value,
            currency=coupon.terms.currency,
            max_discount=offer.max_discount,
            min_purchase=offer.min_purchase,
            description=offer.description,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            max_uses=offer.max_uses,
            max_uses_per_user=offer.max_uses_per_user,
            is_released_by_refund=offer.is_released_by_refund,
            items=[],
            item_kinds=[],
            categories=list(offer.categories),
            disabled_at=offer.disabled_at,
            created_by=created_by,
            created_at=offer.starts_at,
            updated_at=offer.starts_at,
        )
    return opened


def close_coupons(batch: Batch, coupons: Iterable[OpenCoupon]) -> None:
    """Say how often each was used.  The time is always said and always another one, or a trigger would say today's."""
    for coupon in coupons:
        touched = [at for at in (coupon.used_at, coupon.offer.disabled_at) if at is not None]
        if touched:
            batch.update(
                "UPDATE coupons SET uses = $2, updated_at = $3 WHERE id = $1", coupon.id, coupon.uses, max(touched)
            )


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


FOREVER = _day(2035, 1, 1)

OFFERS = (
    Offer("WELCOME10", CouponType.PERCENTAGE, Decimal("10.00"), "Ten percent off a first cart, at most 15.00.",
          _day(2024, 11, 2), FOREVER, max_discount=Decimal("15.00"), max_uses_per_user=1),
    Offer("TYPE5", CouponType.FIXED, Decimal("5.00"), "5.00 off carts of 20.00 and more.",
          _day(2024, 11, 2), FOREVER, min_purchase=Decimal("20.00")),
    Offer("LOYAL15", CouponType.PERCENTAGE, Decimal("15.00"), "For those who come back, twice each.",
          _day(2025, 3, 1), FOREVER, max_uses_per_user=2, is_released_by_refund=True),
    Offer("SUMMER25", CouponType.PERCENTAGE, Decimal("25.00"), "A quarter off typing courses and e-books, in 2026.",
          _day(2026, 6, 1), _day(2026, 9, 1), max_discount=Decimal("30.00"), categories=("typing", "ebook")),
    Offer("EARLYBIRD", CouponType.FIXED, Decimal("8.00"), "For the first three who come.",
          _day(2025, 12, 15), FOREVER, max_uses=3, max_uses_per_user=1),
    Offer("FLASH50", CouponType.PERCENTAGE, Decimal("50.00"), "Half off, until we thought better of it.",
          _day(2026, 4, 1), FOREVER, max_discount=Decimal("40.00"), disabled_at=_day(2026, 4, 3)),
)  # fmt: skip
