"""Valid rows to start from; a test changes what it is about."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from models.catalog import Course, CourseLevel, PurchasableKind
from models.coupons import Coupon, CouponType, CouponUsage
from models.credits import CreditAccount, CreditEntry, EntryKind
from models.identity import User
from models.orders import Order, OrderItem, Ownership
from models.payments import IdempotencyKey, Payment, Refund
from models.referrals import ReferralClaim
from models.values import new_id, now


def user(**changes: Any) -> User:
    name = f"u{new_id().hex}"
    return User(**{"email": f"{name}@example.org", "username": name, **changes})


def course(author: User, **changes: Any) -> Course:
    facts: dict[str, Any] = {
        "title": "Touch typing",
        "slug": f"touch-typing-{new_id().hex}",
        "duration": 90,
        "price": Decimal("499.00"),
        "currency": "INR",
        "category": "typing",
        "level": CourseLevel.BEGINNER,
        "created_by": author.id,
    }
    return Course(**{**facts, **changes})


def order(buyer: User, **changes: Any) -> Order:
    facts: dict[str, Any] = {
        "number": f"N-{new_id().hex}",
        "user_id": buyer.id,
        "amount": Decimal("499.00"),
        "original_amount": Decimal("499.00"),
        "currency": "INR",
    }
    return Order(**{**facts, **changes})


def completed(buyer: User, **changes: Any) -> Order:
    return order(buyer, **{"status": "completed", "payment_status": "paid", "completed_at": now(), **changes})


def item(of: Order, **changes: Any) -> OrderItem:
    facts: dict[str, Any] = {
        "order_id": of.id,
        "user_id": of.user_id,
        "position": 1,
        "kind": PurchasableKind.COURSE,
        "item_id": new_id(),
        "title": "Touch typing",
        "price": Decimal("499.00"),
        "currency": "INR",
    }
    return OrderItem(**{**facts, **changes})


def ownership(of: OrderItem, **changes: Any) -> Ownership:
    facts: dict[str, Any] = {
        "user_id": of.user_id,
        "kind": of.kind,
        "item_id": of.item_id,
        "order_id": of.order_id,
        "order_item_id": of.id,
    }
    return Ownership(**{**facts, **changes})


def payment(of: Order, **changes: Any) -> Payment:
    facts: dict[str, Any] = {"order_id": of.id, "user_id": of.user_id, "amount": Decimal("499.00"), "currency": "INR"}
    return Payment(**{**facts, **changes})


def refund(of: OrderItem, by: Payment, **changes: Any) -> Refund:
    facts: dict[str, Any] = {
        "order_id": of.order_id,
        "user_id": of.user_id,
        "order_item_id": of.id,
        "payment_id": by.id,
        "amount": Decimal("499.00"),
        "currency": "INR",
        "requested_by": of.user_id,
    }
    return Refund(**{**facts, **changes})


def coupon(author: User, **changes: Any) -> Coupon:
    facts: dict[str, Any] = {
        "code": f"C{new_id().hex}".upper(),
        "type": CouponType.PERCENTAGE,
        "value": Decimal(10),
        "starts_at": now(),
        "ends_at": now() + timedelta(days=1),
        "created_by": author.id,
    }
    return Coupon(**{**facts, **changes})


def usage(of: Coupon, by: Order, **changes: Any) -> CouponUsage:
    facts: dict[str, Any] = {"coupon_id": of.id, "order_id": by.id, "user_id": by.user_id, "discount": Decimal(1)}
    return CouponUsage(**{**facts, **changes})


def account(of: User, **changes: Any) -> CreditAccount:
    return CreditAccount(**{"user_id": of.id, **changes})


def grant(to: User, by: User, **changes: Any) -> CreditEntry:
    facts: dict[str, Any] = {
        "user_id": to.id,
        "key": new_id().hex,
        "kind": EntryKind.GRANT,
        "amount": 2,
        "balance_after": 2,
        "version": 1,
        "granted_by": by.id,
        "reason": "a gift",
    }
    return CreditEntry(**{**facts, **changes})


def claim(referrer: UUID, referred: UUID, **changes: Any) -> ReferralClaim:
    return ReferralClaim(**{"referrer_id": referrer, "referred_user_id": referred, **changes})


def idempotency_key(of: User, **changes: Any) -> IdempotencyKey:
    facts: dict[str, Any] = {
        "user_id": of.id,
        "key": "first",
        "mutation": "payOrder",
        "fingerprint": sha256(b"input").digest(),
    }
    return IdempotencyKey(**{**facts, **changes})
