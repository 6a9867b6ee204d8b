"""Purchases, and the key that stands for a buyer where people are not named."""

import hashlib
import hmac
from uuid import UUID

from models import purchases as purchase_models
from resolvers.context import Handles
from resolvers.loading import Pages

Purchases = Pages(purchase_models.Purchase)
PurchasesByUser = Pages(purchase_models.Purchase, "user_id")

BUYER_KEY_CHARACTERS = 16


def buyer_key(handles: Handles, user_id: UUID) -> str:
    """The same for everything that one person buys, and of no use to find out who that is without our secret."""
    return hmac.new(handles.secret, b"buyer\n" + user_id.bytes, hashlib.sha256).hexdigest()[:BUYER_KEY_CHARACTERS]
