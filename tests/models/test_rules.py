"""What PostgreSQL itself refuses, whoever asks."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Executable, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from models.audit import AuditEntry
from models.charts import NatalData
from models.identity import ApiKey, Session, UserProfile
from models.learning import CourseEnrollment
from models.payments import PaymentState, RefundState
from models.values import new_id, now
from tests.models import rows as make

BUYER, ADMIN = make.user(), make.user(role="ADMIN")
ORDER = make.order(BUYER)
ITEM = make.item(ORDER)
COUPON = make.coupon(ADMIN, max_uses=10)
PAID = make.payment(ORDER, state="PAID", provider_payment_id="pi_1", settled_at=now())
OTHER_ORDER = make.order(BUYER)


async def store(rows: AsyncSession, *what: SQLModel) -> None:
    """One after the other, because rows refer to those before; copies, because a stored row belongs to its session."""
    for row in what:
        rows.add(type(row)(**{name: getattr(row, name) for name in type(row).model_fields}))
        await rows.flush()


async def refusal(rows: AsyncSession, what: SQLModel | Executable) -> str:
    """The name of the constraint that refuses, or the message of the trigger."""
    connection = await rows.connection()
    with pytest.raises(DBAPIError) as raised:
        await (store(rows, what) if isinstance(what, SQLModel) else connection.execute(what))
    cause = raised.value.orig.__cause__  # type: ignore[union-attr]
    return getattr(cause, "constraint_name", None) or str(cause)


TWICE: list[tuple[str, SQLModel, Callable[[], SQLModel]]] = [
    ("uq_users_email", BUYER, lambda: make.user(email=BUYER.email.upper())),
    ("uq_users_username", BUYER, lambda: make.user(username=BUYER.username.upper())),
    ("uq_orders_number", ORDER, lambda: make.order(BUYER, number=ORDER.number)),
    ("uq_order_items_order_id_position", ITEM, lambda: make.item(ORDER)),
    ("uq_order_items_order_id_kind_item_id", ITEM, lambda: make.item(ORDER, position=2, item_id=ITEM.item_id)),
    ("uq_ownerships_active", make.ownership(ITEM), lambda: make.ownership(ITEM)),
    (
        "uq_ownerships_active",
        make.ownership(ITEM),
        lambda: make.ownership(ITEM, state="OWNED", owned_at=now()),
    ),
    (
        "uq_orders_first_purchase",
        make.completed(BUYER, is_first_purchase=True),
        lambda: make.completed(BUYER, is_first_purchase=True),
    ),
    ("uq_payments_open_or_paid", PAID, lambda: make.payment(ORDER)),
    ("uq_refunds_of_nothing", make.refund(ITEM, PAID, amount=0), lambda: make.refund(ITEM, PAID, amount=0)),
    ("uq_coupons_code", COUPON, lambda: make.coupon(ADMIN, code=COUPON.code)),
    (
        "uq_coupon_usages_coupon_id_order_id",
        make.usage(COUPON, ORDER),
        lambda: make.usage(COUPON, ORDER, slot=2),
    ),
    ("uq_coupon_usages_slot", make.usage(COUPON, ORDER), lambda: make.usage(COUPON, OTHER_ORDER)),
    (
        "uq_referral_claims_referred_user_id",
        make.claim(ADMIN.id, BUYER.id),
        lambda: make.claim(ADMIN.id, BUYER.id),
    ),
    (
        "uq_credit_entries_key",
        make.grant(BUYER, ADMIN, key="once"),
        lambda: make.grant(BUYER, ADMIN, key="once", version=2),
    ),
    ("uq_credit_entries_user_id_version", make.grant(BUYER, ADMIN), lambda: make.grant(BUYER, ADMIN)),
    ("pk_idempotency_keys", make.idempotency_key(BUYER), lambda: make.idempotency_key(BUYER)),
]

WRONG: list[tuple[str, Callable[[], SQLModel]]] = [
    ("ck_users_email", lambda: make.user(email="nobody")),
    ("ck_sessions_token_hash", lambda: Session(user_id=BUYER.id, token_hash=b"the token", expires_at=now())),
    ("ck_api_keys_token_hash", lambda: ApiKey(user_id=BUYER.id, name="ci", token_hash=b"the token")),
    ("ck_courses_price", lambda: make.course(ADMIN, price=Decimal("-0.01"))),
    ("ck_courses_currency", lambda: make.course(ADMIN, currency="inr")),
    ("ck_orders_amount", lambda: make.order(BUYER, discount=Decimal(1))),
    ("ck_orders_discount", lambda: make.order(BUYER, discount=Decimal(-1), amount=Decimal(500))),
    ("ck_orders_credits", lambda: make.order(BUYER, credits_used=50, credit_value=Decimal(500))),
    ("ck_orders_credit_value", lambda: make.order(BUYER, credits_used=1)),
    ("ck_orders_refunded_amount", lambda: make.completed(BUYER, refunded_amount=Decimal(500))),
    ("ck_orders_credits_returned", lambda: make.completed(BUYER, credits_returned=1)),
    ("ck_orders_paid", lambda: make.order(BUYER, payment_status="paid")),
    ("ck_orders_refunded", lambda: make.order(BUYER, status="refunded", completed_at=now())),
    ("ck_orders_completed_at", lambda: make.order(BUYER, completed_at=now())),
    ("ck_orders_cancelled_at", lambda: make.order(BUYER, status="cancelled")),
    ("ck_orders_first_purchase", lambda: make.order(BUYER, is_first_purchase=True)),
    ("fk_order_items_order_id_user_id", lambda: make.item(ORDER, position=2, user_id=ADMIN.id)),
    ("ck_order_items_discount_share", lambda: make.item(ORDER, discount_share=Decimal(-1))),
    ("ck_order_items_credit_share", lambda: make.item(ORDER, discount_share=Decimal(1), credit_share=Decimal(499))),
    ("ck_order_items_refunded_amount", lambda: make.item(ORDER, refunded_amount=Decimal(500))),
    ("ck_ownerships_cause", lambda: make.ownership(ITEM, order_item_id=None)),
    ("ck_ownerships_owned_at", lambda: make.ownership(ITEM, state="OWNED")),
    ("ck_payments_amount", lambda: make.payment(ORDER, amount=Decimal(0))),
    ("ck_payments_provider_payment_id", lambda: make.payment(ORDER, state="PAID", settled_at=now())),
    ("ck_payments_settled_at", lambda: make.payment(ORDER, state="DECLINED")),
    ("ck_payments_refunded_amount", lambda: make.payment(OTHER_ORDER, **settled(refunded_amount=Decimal(500)))),
    ("ck_payments_refunded_when_paid", lambda: make.payment(ORDER, refunded_amount=Decimal(1))),
    ("ck_refunds_payment_id", lambda: make.refund(ITEM, PAID, payment_id=None)),
    ("ck_coupons_code", lambda: make.coupon(ADMIN, code="lower")),
    ("ck_coupons_value", lambda: make.coupon(ADMIN, value=Decimal(101))),
    ("ck_coupons_currency_of_amounts", lambda: make.coupon(ADMIN, type="fixed")),
    ("ck_coupons_period", lambda: make.coupon(ADMIN, ends_at=now() - timedelta(days=1))),
    ("ck_coupons_uses", lambda: make.coupon(ADMIN, max_uses=1, uses=2)),
    ("ck_referral_claims_not_oneself", lambda: make.claim(BUYER.id, BUYER.id)),
    ("ck_referral_claims_cause", lambda: make.claim(ADMIN.id, BUYER.id, state="CONVERTED", converted_at=now())),
    ("ck_credit_accounts_balance", lambda: make.account(make.user(), balance=-1, held=0)),
    ("ck_credit_accounts_held", lambda: make.account(make.user(), balance=1, held=2)),
    ("ck_credit_entries_amount", lambda: make.grant(BUYER, ADMIN, amount=0)),
    ("ck_credit_entries_cause", lambda: make.grant(BUYER, ADMIN, granted_by=None)),
    ("ck_credit_entries_sign", lambda: make.grant(BUYER, ADMIN, kind="SPENT", order_id=ORDER.id)),
    ("ck_idempotency_keys_outcome", lambda: make.idempotency_key(BUYER, outcome={"paid": True})),
    ("ck_course_enrollments_progress", lambda: CourseEnrollment(user_id=BUYER.id, course_id=new_id(), progress=101)),
]


def settled(**changes: Any) -> dict[str, Any]:
    return {"state": PaymentState.PAID, "provider_payment_id": "pi_2", "settled_at": now(), **changes}


@pytest.fixture
async def world(rows: AsyncSession) -> AsyncSession:
    await store(rows, BUYER, ADMIN, ORDER, OTHER_ORDER, ITEM, COUPON, PAID, make.account(BUYER))
    return rows


@pytest.mark.parametrize(("constraint", "first", "second"), TWICE, ids=[rule for rule, _, _ in TWICE])
async def test_what_is_unique_is_refused_the_second_time(
    world: AsyncSession, constraint: str, first: SQLModel, second: Callable[[], SQLModel]
) -> None:
    if first not in (BUYER, ORDER, ITEM, COUPON, PAID):
        await store(world, first)

    assert await refusal(world, second()) == constraint


@pytest.mark.parametrize(("constraint", "row"), WRONG, ids=[rule for rule, _ in WRONG])
async def test_what_cannot_be_is_refused(world: AsyncSession, constraint: str, row: Callable[[], SQLModel]) -> None:
    assert await refusal(world, row()) == constraint


async def test_what_has_ended_makes_room_for_the_next(world: AsyncSession) -> None:
    await store(
        world,
        make.ownership(ITEM, state="RELEASED", ended_at=now()),
        make.ownership(ITEM, state="REVOKED", owned_at=now(), ended_at=now()),
        make.ownership(ITEM),
        make.payment(OTHER_ORDER, state="DECLINED", settled_at=now()),
        make.payment(OTHER_ORDER, state="CANCELLED", settled_at=now()),
        make.payment(OTHER_ORDER),
        make.usage(COUPON, ORDER, state="RELEASED"),
        make.usage(COUPON, OTHER_ORDER),
        make.refund(ITEM, PAID, state=RefundState.FAILED, completed_at=now()),
        make.refund(ITEM, PAID),
    )


LEDGERS = {
    "credit_entries": make.grant(BUYER, ADMIN),
    "audit_entries": AuditEntry(actor_id=ADMIN.id, user_id=BUYER.id, action="setRole"),
}


@pytest.mark.parametrize("table", LEDGERS)
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET created_at = now()", "UPDATE {} SET id = id WHERE false", "DELETE FROM {}", "TRUNCATE {}"]
)
async def test_a_ledger_takes_new_rows_only(world: AsyncSession, table: str, change: str) -> None:
    await store(world, LEDGERS[table])

    expected = f"{table} is append-only: write a new row that corrects the old one"
    assert await refusal(world, text(change.format(table))) == expected


async def test_a_person_with_orders_cannot_be_deleted(world: AsyncSession) -> None:
    statement = text("DELETE FROM users WHERE id = :id").bindparams(id=BUYER.id)

    assert await refusal(world, statement) == "fk_orders_user_id"


async def test_a_persons_sessions_profile_and_birth_data_go_with_the_person(rows: AsyncSession) -> None:
    person = make.user()
    await store(
        rows,
        person,
        Session(user_id=person.id, token_hash=bytes(32), expires_at=now()),
        UserProfile(user_id=person.id, first_name="Ada"),
        NatalData(user_id=person.id, birth_date=now(), location="London"),
    )

    connection = await rows.connection()
    await connection.execute(text("DELETE FROM users WHERE id = :id"), {"id": person.id})

    counts = "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM user_profiles) + count(*) FROM natal_data"
    assert await connection.scalar(text(counts)) == 0


async def test_updated_at_moves_by_itself_unless_it_is_said(rows: AsyncSession) -> None:
    then = now() - timedelta(days=1)
    person = make.user(updated_at=then)
    await store(rows, person)

    connection = await rows.connection()
    moved = await connection.scalar(
        text("UPDATE users SET name = 'Ada' WHERE id = :id RETURNING updated_at > :then"),
        {"id": person.id, "then": then},
    )
    said = await connection.scalar(
        text("UPDATE users SET updated_at = :then WHERE id = :id RETURNING updated_at = :then"),
        {"id": person.id, "then": then},
    )

    assert (moved, said) == (True, True)
