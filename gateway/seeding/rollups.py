"""The sums that the dashboard reads, built from the same events that are written beside them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from gateway.seeding.draw import Draw
from gateway.seeding.shapes import Batch
from models.analytics import PurchaseRollup
from models.catalog import PurchasableKind
from resolvers.shares import NOTHING

BUCKET = timedelta(minutes=15)

_NO_EVENT = UUID(int=0)

_Key = tuple[PurchasableKind, UUID, str | None]


@dataclass(slots=True)
class _Sums:
    purchases: int = 0
    first_purchases: int = 0
    refunds: int = 0
    amount: Decimal = NOTHING
    discount: Decimal = NOTHING
    credit_amount: Decimal = NOTHING
    cash_amount: Decimal = NOTHING
    refunded_amount: Decimal = NOTHING
    watermark: UUID = _NO_EVENT
    updated_at: datetime | None = None

    def count(self, event_id: UUID, at: datetime) -> None:
        if event_id > self.watermark:
            self.watermark = event_id
            self.updated_at = at


class Rollups:
    """The buckets of time that may still change.  Events come in order, but for the seconds that a payment takes."""

    def __init__(self, draw: Draw, currency: str) -> None:
        self._draw = draw
        self._currency = currency
        self._open: dict[datetime, dict[_Key, _Sums]] = {}

    def purchase(
        self,
        key: _Key,
        at: datetime,
        event_id: UUID,
        *,
        is_first: bool,
        price: Decimal,
        discount: Decimal,
        credit: Decimal,
        cash: Decimal,
    ) -> None:
        sums = self._sums(key, at)
        sums.purchases += 1
        sums.first_purchases += is_first
        sums.amount += price
        sums.discount += discount
        sums.credit_amount += credit
        sums.cash_amount += cash
        sums.count(event_id, at)

    def refund(self, key: _Key, at: datetime, event_id: UUID, returned: Decimal) -> None:
        sums = self._sums(key, at)
        sums.refunds += 1
        sums.refunded_amount += returned
        sums.count(event_id, at)

    def _sums(self, key: _Key, at: datetime) -> _Sums:
        bucket_at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        return self._open.setdefault(bucket_at, {}).setdefault(key, _Sums())

    def close(self, batch: Batch, until: datetime) -> None:
        """Write the buckets that nothing can be added to when no event comes before that time any more."""
        for bucket_at in [bucket_at for bucket_at in self._open if bucket_at + BUCKET <= until]:
            for (kind, item_id, payment_method), sums in self._open.pop(bucket_at).items():
                at = sums.updated_at or bucket_at
                batch.document(
                    PurchaseRollup,
                    id=self._draw.id(at),
                    bucket_at=bucket_at,
                    kind=kind,
                    item_id=item_id,
                    currency=self._currency,
                    payment_method=payment_method,
                    purchases=sums.purchases,
                    first_purchases=sums.first_purchases,
                    refunds=sums.refunds,
                    amount=sums.amount,
                    discount=sums.discount,
                    credit_amount=sums.credit_amount,
                    cash_amount=sums.cash_amount,
                    refunded_amount=sums.refunded_amount,
                    watermark=sums.watermark,
                    created_at=at,
                    updated_at=at,
                )
