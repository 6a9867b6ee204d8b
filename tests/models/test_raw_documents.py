"""Documents as MongoDB is to store them."""

from decimal import Decimal

from models.purchases import PurchaseRefund
from models.raw_documents import raw
from models.values import new_id, now


def test_an_amount_is_stored_with_its_own_digits_whatever_was_stored_before() -> None:
    spelt = ["0", "0.00", "0.0", "7.5", "7.50"]
    refund = {"refund_id": new_id(), "credits_returned": 0, "refunded_at": now()}

    stored = [raw(PurchaseRefund, {**refund, "amount": Decimal(amount)})["amount"] for amount in spelt]

    assert [str(amount) for amount in stored] == spelt
