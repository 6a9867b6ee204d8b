"""Which card has paid: the same one is known again, however the answer about its payment came."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import stripe

from models.values import new_id
from resolvers.provider import Created, Provider, Succeeded
from tests.sandbox import Sandbox

PRICE = Decimal("499.00")


async def paid_by(provider: Provider, method: str) -> Succeeded:
    """What is known of a payment by this method, which every way to ask must tell alike."""
    payment_id, since = new_id(), datetime.now(UTC) - timedelta(minutes=1)
    created = await provider.create(payment_id, PRICE, "INR", {})
    assert isinstance(created, Created)

    paid = await provider.confirm(created.intent_id, method)

    assert isinstance(paid, Succeeded)
    assert paid == Succeeded(created.intent_id, PRICE, "INR", paid.fingerprint)
    assert await provider.confirm(created.intent_id, method) == paid
    assert await provider.look_up(payment_id, created.intent_id, since) == paid
    assert await provider.look_up(payment_id, None, since) == paid
    assert await provider.cancel(created.intent_id) == paid
    return paid


async def test_the_same_card_is_known_again_whoever_uses_it(provider: Provider) -> None:
    first, again, other = [await paid_by(provider, f"pm_sandbox_{name}") for name in ("alice", "alice", "bob")]

    assert first.fingerprint
    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != other.fingerprint


async def test_a_card_that_everybody_tests_with_tells_nothing(provider: Provider) -> None:
    assert (await paid_by(provider, "pm_card_visa")).fingerprint is None


async def test_a_charge_is_told_by_its_id_unless_it_is_expanded(client: stripe.StripeClient) -> None:
    intents = client.v1.payment_intents
    made = await intents.create_async({"amount": 100, "currency": "inr"})
    paid = await intents.confirm_async(made.id, {"payment_method": "pm_sandbox_alice", "expand": ["latest_charge"]})
    shown = await intents.retrieve_async(made.id)

    charge = paid.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.id == shown.latest_charge
    assert charge.payment_method_details is not None
    card = charge.payment_method_details.to_dict()["card"]
    assert card == {"brand": "visa", "last4": "4242", "fingerprint": card["fingerprint"]}
    assert len(card["fingerprint"]) == 16
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded") as refused:
        await intents.retrieve_async(made.id, {"expand": ["customer"]})
    assert refused.value.param == "expand"


@pytest.mark.parametrize("method", ["pm_sandbox_", "pm_sandbox_a b", "pm_sandbox_a_b", f"pm_sandbox_{'a' * 65}"])
async def test_a_card_of_ones_own_has_a_plain_name(sandbox: Sandbox, client: stripe.StripeClient, method: str) -> None:
    before = sandbox.effects()

    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        await client.v1.payment_intents.create_async({"amount": 100, "currency": "inr", "payment_method": method})

    assert sandbox.effects() == before
