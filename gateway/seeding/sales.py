"""How often each thing on the shelf is bought, which is known only at the end."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.seeding.shapes import Batch
from gateway.seeding.shelf import Item
from models.catalog import Product, PurchasableKind, TypingTest

_DOCUMENTS = {PurchasableKind.PRODUCT: Product, PurchasableKind.TYPING_TEST: TypingTest}


@dataclass(slots=True)
class _Sold:
    item: Item
    purchases: int
    last_at: datetime


class Sales:
    """Counts all purchases ever made: one that is refunded later was made all the same."""

    def __init__(self) -> None:
        self._sold: dict[UUID, _Sold] = {}

    def note(self, item: Item, at: datetime) -> None:
        sold = self._sold.setdefault(item.id, _Sold(item, 0, at))
        sold.purchases += 1
        sold.last_at = max(sold.last_at, at)

    def close(self, batch: Batch) -> None:
        """Write the counts.  The time is always said and always another one, or a trigger would say today's."""
        for item_id, sold in self._sold.items():
            document = _DOCUMENTS.get(sold.item.kind)
            if document is not None:
                batch.change(document, item_id, purchase_count=sold.purchases, updated_at=sold.last_at)
            else:
                statement = "UPDATE courses SET purchase_count = $2, updated_at = $3 WHERE id = $1"
                batch.update(statement, item_id, sold.purchases, sold.last_at)
