"""The sandbox answers the unmodified stripe client as Stripe does: idempotency keys, cards, states, pages, refunds."""

import asyncio
from typing import Any

import pytest
import stripe
from stripe.params import PaymentIntentCreateParams

from tests.sandbox import Sandbox

WANTED: PaymentIntentCreateParams = {"amount": 49_900, "currency": "inr", "metadata": {"payment_id": "p1"}}


async def paid(client: stripe.StripeClient, amount: int = 1000) -> stripe.PaymentIntent:
    return await client.v1.payment_intents.create_async(
        {"amount": amount, "currency": "inr", "payment_method": "pm_card_visa", "confirm": True}
    )


async def test_an_attempt_is_made_confirmed_and_shown(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    made = await client.v1.payment_intents.create_async(WANTED)
    confirmed = await client.v1.payment_intents.confirm_async(made.id, {"payment_method": "pm_card_visa"})
    shown = await client.v1.payment_intents.retrieve_async(made.id)

    assert (made.status, made.amount, made.currency, made.amount_received) == (
        "requires_payment_method",
        49_900,
        "inr",
        0,
    )
    assert confirmed.to_dict() == shown.to_dict()
    assert (shown.status, shown.amount_received, shown.metadata.to_dict()) == (
        "succeeded",
        49_900,
        {"payment_id": "p1"},
    )
    assert sandbox.effects_of(made.id) == ["created", "charged"]


async def test_the_same_key_with_the_same_parameters_is_answered_the_same(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    first = await client.v1.payment_intents.create_async(WANTED, {"idempotency_key": "same"})
    await client.v1.payment_intents.confirm_async(first.id, {"payment_method": "pm_card_visa"})
    again = await client.v1.payment_intents.create_async(WANTED, {"idempotency_key": "same"})

    assert again.to_dict() == first.to_dict(), "the answer is what was said, not how things stand"
    assert again.last_response is not None
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert sandbox.effects_of(first.id) == ["created", "charged"]


async def test_the_same_key_with_other_parameters_or_for_another_endpoint_is_refused(
    client: stripe.StripeClient,
) -> None:
    made = await client.v1.payment_intents.create_async(WANTED, {"idempotency_key": "taken"})

    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        await client.v1.payment_intents.create_async({**WANTED, "amount": 1}, {"idempotency_key": "taken"})
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        await client.v1.payment_intents.cancel_async(made.id, None, {"idempotency_key": "taken"})


async def test_the_same_key_twice_at_once_is_a_conflict_and_has_one_effect(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    sandbox.order("create", "delay_before", seconds=0.5)
    before = len(sandbox.effects())

    answers: list[Any] = await asyncio.gather(
        *(client.v1.payment_intents.create_async(WANTED, {"idempotency_key": "at once"}) for _ in range(5)),
        return_exceptions=True,
    )

    conflicts = [answer for answer in answers if isinstance(answer, stripe.APIError)]
    said = [(error.http_status, error.error.code) for error in conflicts if error.error]
    assert said == [(409, "idempotency_key_in_use")] * 4
    assert len(sandbox.effects()) == before + 1
    again = await client.v1.payment_intents.create_async(WANTED, {"idempotency_key": "at once"})
    assert again.id in {answer.id for answer in answers if isinstance(answer, stripe.PaymentIntent)}


async def test_a_declined_request_is_answered_the_same_when_it_is_repeated(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    made = await client.v1.payment_intents.create_async(WANTED)
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            await client.v1.payment_intents.confirm_async(
                made.id, {"payment_method": "pm_card_chargeDeclined"}, {"idempotency_key": "declined"}
            )

    assert sandbox.effects_of(made.id) == ["created", "declined"]


async def test_a_key_may_be_used_again_when_its_parameters_were_never_accepted(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid integer"):
        await client.v1.payment_intents.create_async({**WANTED, "amount": 1.5}, {"idempotency_key": "again"})  # type: ignore[typeddict-item]

    assert (await client.v1.payment_intents.create_async(WANTED, {"idempotency_key": "again"})).id


async def test_a_failure_after_the_effect_is_kept_under_its_key(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sandbox.order("create", "fail_after")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            await client.v1.payment_intents.create_async(WANTED, {"idempotency_key": "failed"})
        assert failed.value.http_status == 500

    newest = await client.v1.payment_intents.list_async({"limit": 1})
    assert newest.data[0].metadata.to_dict() == {"payment_id": "p1"}
    assert sandbox.effects()[-1]["intent"] == newest.data[0].id


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
async def test_a_card_that_declines_says_why_and_the_attempt_stays_open(
    sandbox: Sandbox, client: stripe.StripeClient, method: str, code: str, decline_code: str
) -> None:
    made = await client.v1.payment_intents.create_async(WANTED)

    with pytest.raises(stripe.CardError) as refused:
        await client.v1.payment_intents.confirm_async(made.id, {"payment_method": method})

    error = refused.value.error
    assert error is not None
    assert (error.code, error.decline_code) == (code, decline_code)
    assert error.payment_intent is not None
    assert (error.payment_intent.id, error.payment_intent.status) == (made.id, "requires_payment_method")
    assert (await client.v1.payment_intents.confirm_async(made.id, {"payment_method": "pm_card_visa"})).status == (
        "succeeded"
    )
    assert sandbox.effects_of(made.id) == ["created", "declined", "charged"]


@pytest.mark.parametrize(
    ("method", "outcome", "status", "effect"),
    [
        ("pm_card_threeDSecure2Required", "succeeds", "succeeded", "charged"),
        ("pm_card_threeDSecure2Required", "fails", "requires_payment_method", "declined"),
        (
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            "succeeds",
            "requires_payment_method",
            "declined",
        ),
    ],
)
async def test_a_card_that_wants_the_buyer_waits_until_they_have_acted(
    sandbox: Sandbox, client: stripe.StripeClient, method: str, outcome: str, status: str, effect: str
) -> None:
    made = await client.v1.payment_intents.create_async(WANTED)
    waiting = await client.v1.payment_intents.confirm_async(made.id, {"payment_method": method})
    acted = sandbox.authenticate(made.id, outcome)

    assert waiting.status == "requires_action"
    assert waiting.next_action is not None
    assert (await client.v1.payment_intents.retrieve_async(made.id)).status == acted["status"] == status
    assert sandbox.effects_of(made.id) == ["created", "action_required", effect]
    assert sandbox.authenticate(made.id, outcome)["error"]["code"] == "payment_intent_unexpected_state"


async def test_what_is_over_is_neither_confirmed_nor_cancelled_again(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    over = [await client.v1.payment_intents.cancel_async((await client.v1.payment_intents.create_async(WANTED)).id)]
    over.append(await paid(client))

    for intent in over:
        for again in (
            client.v1.payment_intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"}),
            client.v1.payment_intents.cancel_async(intent.id),
        ):
            with pytest.raises(stripe.InvalidRequestError) as refused:
                await again
            assert refused.value.code == "payment_intent_unexpected_state"
            assert refused.value.error is not None
            assert refused.value.error.payment_intent is not None
            assert refused.value.error.payment_intent.status == intent.status
    assert [sandbox.effects_of(intent.id) for intent in over] == [["created", "canceled"], ["created", "charged"]]


async def test_pages_go_both_ways_and_by_time(client: stripe.StripeClient) -> None:
    made = [(await client.v1.payment_intents.create_async(WANTED)).id for _ in range(5)][::-1]
    listed = client.v1.payment_intents.list_async

    first = await listed({"limit": 2})
    second = await listed({"limit": 2, "starting_after": made[1]})
    back = await listed({"limit": 2, "ending_before": made[4]})

    assert [[intent.id for intent in page.data] for page in (first, second, back)] == [made[:2], made[2:4], made[2:4]]
    assert first.has_more
    assert back.has_more
    everything = [intent.id async for intent in (await listed({"limit": 3})).auto_paging_iter()]
    assert everything[:5] == made
    assert len(everything) == len(set(everything))
    at = second.data[0].created
    assert (await listed({"created": {"gt": at + 60}})).data == []
    assert made[0] in [intent.id for intent in (await listed({"created": {"gte": at - 60}})).data]


async def test_refunds_add_up_to_the_charge_and_no_further(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = await paid(client, 1000)
    part = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 400, "metadata": {"why": "x"}})

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 601})
    rest = await client.v1.refunds.create_async({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1})

    assert refused.value.code == "charge_already_refunded"
    assert (part.status, part.amount, rest.amount) == ("succeeded", 400, 600)
    listed = await client.v1.refunds.list_async({"payment_intent": intent.id})
    assert [refund.id for refund in listed.data] == [rest.id, part.id]
    shown = await client.v1.refunds.retrieve_async(part.id)
    assert shown.metadata is not None
    assert shown.metadata.to_dict() == {"why": "x"}
    assert [effect["amount"] for effect in sandbox.effects("refunded") if effect["intent"] == intent.id] == [400, 600]


async def test_what_was_never_charged_is_not_refunded(client: stripe.StripeClient) -> None:
    made = await client.v1.payment_intents.create_async(WANTED)

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        await client.v1.refunds.create_async({"payment_intent": made.id})


@pytest.mark.parametrize(("key", "told"), [("sk_live_real", "takes no live keys"), ("nonsense", "Invalid API Key")])
async def test_only_test_keys_are_let_in(sandbox: Sandbox, key: str, told: str) -> None:
    async with sandbox.client(key) as client:
        with pytest.raises(stripe.AuthenticationError, match=told):
            await client.v1.payment_intents.create_async(WANTED)


@pytest.mark.parametrize(
    ("parameters", "param"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 100_000_000}, "amount"),
        ({"currency": "rupees"}, "currency"),
        ({"payment_method": "pm_card_of_somebody"}, "payment_method"),
        ({"colour": "red"}, "colour"),
        ({"metadata": {"a": "x" * 501}}, "metadata"),
        ({"confirm": True}, "payment_method"),
    ],
)
async def test_bad_parameters_are_named_and_change_nothing(
    sandbox: Sandbox, client: stripe.StripeClient, parameters: Any, param: str
) -> None:
    before = sandbox.effects()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.create_async({**WANTED, **parameters})

    assert (refused.value.http_status, refused.value.param) == (400, param)
    assert sandbox.effects() == before


async def test_what_is_not_there_is_missing(client: stripe.StripeClient) -> None:
    for asked in (client.v1.payment_intents.retrieve_async("pi_none"), client.v1.refunds.retrieve_async("re_none")):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await asked
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
