"""Giving money back through the payments adapter, against the sandbox on a real socket."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from models.values import new_id
from resolvers.provider import Absent, Provider, Refunded, RefundFailed, RefundPending, Refused, Unknown
from tests.gateway.sandbox_place import LOST
from tests.gateway.test_payments import charged
from tests.sandbox import Sandbox


@pytest.mark.parametrize(("fault", "effects"), LOST, ids=lambda value: value["do"] if isinstance(value, dict) else "")
async def test_a_refund_whose_answer_was_lost_is_given_once_when_it_is_asked_again(
    sandbox: Sandbox, provider: Provider, fault: dict[str, Any], effects: int
) -> None:
    intent, refund_id = await charged(provider), new_id()
    sandbox.order("refund", **fault)

    assert isinstance(await provider.refund(refund_id, intent, Decimal("99.00"), "INR"), Unknown)
    known = await provider.look_up_refund(refund_id, intent)
    assert isinstance(known, Refunded if effects else Absent)
    answers = [await provider.refund(refund_id, intent, Decimal("99.00"), "INR") for _ in range(2)]

    assert {(type(answer), getattr(answer, "amount", None)) for answer in answers} == {(Refunded, Decimal("99.00"))}
    assert sandbox.effects_of(intent) == ["created", "charged", "refunded"]


async def test_a_refund_asked_twice_at_once_is_given_once(sandbox: Sandbox, provider: Provider) -> None:
    intent, refund_id = await charged(provider), new_id()
    sandbox.order("refund", "delay_before", seconds=0.3)

    answers = await asyncio.gather(*(provider.refund(refund_id, intent, Decimal(9), "INR") for _ in range(3)))

    assert {type(answer) for answer in answers} == {Refunded, Unknown}
    assert sandbox.effects_of(intent) == ["created", "charged", "refunded"]


async def test_more_than_was_paid_is_not_given_back(sandbox: Sandbox, provider: Provider) -> None:
    intent = await charged(provider)
    first = await provider.refund(new_id(), intent, Decimal("400.00"), "INR")

    assert isinstance(first, Refunded)
    assert isinstance(await provider.refund(new_id(), intent, Decimal("99.01"), "INR"), Refused)
    assert isinstance(await provider.refund(new_id(), intent, Decimal("99.00"), "INR"), Refunded)
    assert await provider.refund(new_id(), intent, Decimal("0.01"), "INR") == Refused("charge_already_refunded")
    assert sandbox.effects_of(intent) == ["created", "charged", "refunded", "refunded"]


@pytest.mark.parametrize("outcome", ["succeeds", "fails"])
async def test_a_refund_that_takes_its_time_is_pending_and_then_what_becomes_of_it(
    sandbox: Sandbox, provider: Provider, outcome: str
) -> None:
    intent, refund_id = await charged(provider, "pm_card_pendingRefund"), new_id()

    pending = await provider.refund(refund_id, intent, Decimal("99.00"), "INR")
    assert isinstance(pending, RefundPending)
    assert await provider.refund(refund_id, intent, Decimal("99.00"), "INR") == pending
    sandbox.settle(pending.provider_refund_id, outcome)
    known = await provider.look_up_refund(refund_id, intent)

    made = pending.provider_refund_id
    assert known == (
        Refunded(made, Decimal("99.00"), "INR")
        if outcome == "succeeds"
        else RefundFailed(made, "expired_or_canceled_card")
    )
    rest = await provider.refund(new_id(), intent, Decimal("499.00"), "INR")
    assert isinstance(rest, Refused if outcome == "succeeds" else RefundPending)
    assert sandbox.settle(made, outcome)["error"]["type"] == "invalid_request_error"
