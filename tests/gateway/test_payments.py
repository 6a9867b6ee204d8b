"""The payments adapter against the sandbox on a real socket: what it answers when all goes well, and when not."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from gateway.payments import payments
from models.values import new_id
from resolvers.provider import (
    Absent,
    Cancelled,
    Created,
    Declined,
    NeedsAction,
    Provider,
    ProviderAway,
    Refused,
    Succeeded,
    Unavailable,
    Unknown,
)
from tests.gateway.sandbox_place import ANSWER_SECONDS, LOST
from tests.sandbox import Sandbox

PRICE = Decimal("499.00")
VISA = "pm_card_visa"


async def created(provider: Provider, payment_id: UUID | None = None) -> str:
    made = await provider.create(payment_id or new_id(), PRICE, "INR", {"order": "A-1"})
    assert isinstance(made, Created)
    return made.intent_id


async def charged(provider: Provider, method: str = VISA) -> str:
    intent = await created(provider)
    assert isinstance(await provider.confirm(intent, method), Succeeded)
    return intent


def recently() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


async def test_a_payment_is_made_and_charged_once_however_often_it_is_asked(
    sandbox: Sandbox, provider: Provider
) -> None:
    payment_id = new_id()
    intents = {await created(provider, payment_id) for _ in range(3)}
    (intent,) = intents

    answers = [await provider.confirm(intent, VISA) for _ in range(3)]

    assert answers == [Succeeded(intent, PRICE, "INR")] * 3
    assert await provider.look_up(payment_id, intent, recently()) == answers[0]
    assert sandbox.effects_of(intent) == ["created", "charged"]
    told = sandbox.effects("charged")[-1]
    assert (told["amount"], told["currency"], told["metadata"]) == (
        49_900,
        "inr",
        {"order": "A-1", "payment_id": str(payment_id)},
    )


async def test_a_currency_without_decimals_is_charged_in_whole_units(sandbox: Sandbox, provider: Provider) -> None:
    made = await provider.create(new_id(), Decimal("500.00"), "JPY", {})
    assert isinstance(made, Created)

    assert await provider.confirm(made.intent_id, VISA) == Succeeded(made.intent_id, Decimal(500), "JPY")
    assert sandbox.effects("charged")[-1]["amount"] == 500
    assert isinstance(await provider.create(new_id(), Decimal("500.50"), "JPY", {}), Refused)


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ],
)
async def test_a_declined_card_is_charged_by_no_repetition_and_closed_by_a_cancellation(
    sandbox: Sandbox, provider: Provider, method: str, reason: str
) -> None:
    payment_id = new_id()
    intent = await created(provider, payment_id)

    answers = [await provider.confirm(intent, method) for _ in range(2)]
    known = await provider.look_up(payment_id, intent, recently())

    assert isinstance(known, Declined)
    assert (known.intent_id, known.reason) == (intent, reason)
    assert answers == [known] * 2
    assert sandbox.effects_of(intent) == ["created", "declined"]
    assert [await provider.cancel(intent) for _ in range(2)] == [Cancelled(intent)] * 2
    assert sandbox.effects_of(intent) == ["created", "declined", "canceled"]


@pytest.mark.parametrize(("outcome", "standing"), [("succeeds", Succeeded), ("fails", Declined)])
async def test_a_card_that_wants_the_buyer_gives_the_secret_and_is_looked_up_when_they_have_acted(
    sandbox: Sandbox, provider: Provider, outcome: str, standing: type
) -> None:
    payment_id = new_id()
    intent = await created(provider, payment_id)

    waiting = await provider.confirm(intent, "pm_card_threeDSecure2Required")
    assert isinstance(waiting, NeedsAction)
    assert waiting.client_secret.startswith(f"{intent}_secret_")
    assert await provider.look_up(payment_id, intent, recently()) == waiting
    sandbox.authenticate(intent, outcome)

    assert isinstance(await provider.look_up(payment_id, intent, recently()), standing)


async def test_an_attempt_that_waits_is_cancelled_and_one_that_was_charged_says_so(
    provider: Provider,
) -> None:
    waiting = await created(provider)
    await provider.confirm(waiting, "pm_card_threeDSecure2Required")
    paid = await charged(provider)

    assert await provider.cancel(waiting) == Cancelled(waiting)
    assert await provider.cancel(paid) == Succeeded(paid, PRICE, "INR")
    assert await provider.confirm(waiting, "pm_card_threeDSecure2Required") != Cancelled(waiting), "it is a replay"


async def test_a_confirmation_that_lands_after_the_cancellation_charges_nothing(
    sandbox: Sandbox, provider: Provider
) -> None:
    intent = await created(provider)
    sandbox.order("confirm", "delay_before", seconds=ANSWER_SECONDS + 0.5)

    assert isinstance(await provider.confirm(intent, VISA), Unknown)
    assert await provider.cancel(intent) == Cancelled(intent)
    await asyncio.sleep(1.0)

    assert sandbox.effects_of(intent) == ["created", "canceled"]
    assert await provider.confirm(intent, VISA) == Cancelled(intent)


@pytest.mark.parametrize(("fault", "effects"), LOST, ids=lambda value: value["do"] if isinstance(value, dict) else "")
async def test_a_charge_whose_answer_was_lost_is_unknown_and_looked_up(
    sandbox: Sandbox, provider: Provider, fault: dict[str, Any], effects: int
) -> None:
    payment_id = new_id()
    intent = await created(provider, payment_id)
    sandbox.order("confirm", **fault)

    assert isinstance(await provider.confirm(intent, VISA), Unknown)

    known = await provider.look_up(payment_id, intent, recently())
    assert isinstance(known, Succeeded if effects else Created)
    assert sandbox.effects_of(intent) == ["created", "charged"][: 1 + effects]


@pytest.mark.parametrize(("fault", "effects"), LOST, ids=lambda value: value["do"] if isinstance(value, dict) else "")
async def test_an_attempt_whose_id_was_lost_is_found_by_its_payment(
    sandbox: Sandbox, provider: Provider, fault: dict[str, Any], effects: int
) -> None:
    payment_id = new_id()
    sandbox.order("create", **fault)

    assert isinstance(await provider.create(payment_id, PRICE, "INR", {}), Unknown)

    known = await provider.look_up(payment_id, None, recently())
    assert isinstance(known, Created if effects else Absent)
    mine = [effect for effect in sandbox.effects() if effect["metadata"].get("payment_id") == str(payment_id)]
    assert len(mine) == effects


async def test_an_attempt_is_found_among_more_than_a_page_of_others_unless_that_takes_too_long(
    sandbox: Sandbox, provider: Provider
) -> None:
    payment_id = new_id()
    async with payments(sandbox.settings(), 20.0) as patient:
        intent = await created(patient, payment_id)
        await asyncio.gather(*(created(patient) for _ in range(101)))
        known = await patient.look_up(payment_id, None, recently())
    sandbox.order("list", "delay_before", times=None, seconds=0.7 * ANSWER_SECONDS)

    assert isinstance(known, Created)
    assert known.intent_id == intent
    assert isinstance(await provider.look_up(payment_id, None, recently()), Unknown)


async def test_being_turned_away_is_known_to_have_changed_nothing(sandbox: Sandbox, provider: Provider) -> None:
    intent = await created(provider)
    sandbox.order("confirm", "rate_limit")

    assert isinstance(await provider.confirm(intent, VISA), Unavailable)
    assert sandbox.effects_of(intent) == ["created"]
    assert isinstance(await provider.confirm(intent, VISA), Succeeded)


async def test_a_provider_that_is_away_is_unavailable(sandbox: Sandbox) -> None:
    nobody = sandbox.settings().model_copy(update={"stripe_api_base": "http://127.0.0.1:9"})

    async with payments(nobody, ANSWER_SECONDS) as provider:
        assert isinstance(await provider.create(new_id(), PRICE, "INR", {}), Unavailable)
        assert isinstance(await provider.confirm("pi_any", VISA), Unavailable)
        assert isinstance(await provider.look_up(new_id(), None, recently()), Unavailable)
        assert isinstance(await provider.refund(new_id(), "pi_any", PRICE, "INR"), Unavailable)
        with pytest.raises(ProviderAway):
            [attempt async for attempt in provider.attempts(recently())]


async def test_a_payment_method_that_is_not_there_is_refused(sandbox: Sandbox, provider: Provider) -> None:
    intent = await created(provider)

    assert await provider.confirm(intent, "pm_of_somebody") == Refused("resource_missing")
    assert await provider.confirm("pi_of_nobody", VISA) == Refused("resource_missing")
    assert sandbox.effects_of(intent) == ["created"]


async def test_one_payment_with_two_amounts_is_a_bug(provider: Provider) -> None:
    payment_id = new_id()
    await created(provider, payment_id)

    with pytest.raises(AssertionError, match="Bug: one idempotency key"):
        await provider.create(payment_id, Decimal(1), "INR", {"order": "A-1"})


async def test_the_providers_books_can_be_read_whole(sandbox: Sandbox, provider: Provider) -> None:
    payment_id = new_id()
    intent = await created(provider, payment_id)
    await provider.confirm(intent, VISA)

    listed = [attempt async for attempt in provider.attempts(recently() - timedelta(hours=1))]

    assert len(listed) == len(sandbox.effects("created"))
    newest = listed[0]
    assert (newest.payment_id, newest.amount, newest.currency) == (str(payment_id), PRICE, "INR")
    assert newest.standing == Succeeded(intent, PRICE, "INR")


async def test_a_wrong_key_is_unavailable_and_charges_nothing(sandbox: Sandbox) -> None:
    before = sandbox.effects()
    live = sandbox.settings().model_validate({"stripe_api_base": sandbox.address, "stripe_api_key": "sk_live_x"})

    async with payments(live, ANSWER_SECONDS) as provider:
        assert isinstance(await provider.create(new_id(), PRICE, "INR", {}), Unavailable)

    assert sandbox.effects() == before
