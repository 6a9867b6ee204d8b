"""The payments adapter: Stripe, or the sandbox in its place, through the official client.

Requests are not repeated here.  What is known not to have been done is `Unavailable`, what is not known is `Unknown`,
and whoever drives the payment looks it up.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import httpx
import stripe
import structlog
from stripe.params import PaymentIntentListParams, PaymentIntentListParamsCreated

from gateway.minor_units import UnpayableAmount, to_minor
from gateway.no_provider import NoProvider
from gateway.settings import Settings
from gateway.standings import attempt_of, refund_standing, standing, was_declined
from resolvers.provider import (
    Absent,
    Attempt,
    NotDone,
    Provider,
    ProviderAway,
    RefundStanding,
    Refused,
    Standing,
    Unavailable,
    Unknown,
)

T = TypeVar("T")

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
# Clocks differ: an attempt may be older at the provider than the row that it was made for.
CLOCK_SKEW = timedelta(minutes=5)
# Attempts are made when their row is.  One that was made known later, to be closed, can be made known once more: what
# was never confirmed never charges.
MADE_WITHIN = timedelta(hours=1)
PAGE = 100
PAYMENT = "payment_id"
REFUND = "refund_id"
CHARGE = "latest_charge"
SANDBOX_KEY = "sk_test_sandbox"
WRONG_STATE = "payment_intent_unexpected_state"
# What is raised before a request has left this machine.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

log = structlog.get_logger(__name__)


@asynccontextmanager
async def payments(settings: Settings, seconds: float = ANSWER_SECONDS) -> AsyncIterator[Provider]:
    """The adapter that the settings describe; a request waits so many seconds for its answer."""
    if not settings.takes_payments:
        yield NoProvider()
        return
    client = stripe.HTTPXClient(timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)))
    key = settings.stripe_api_key.get_secret_value() if settings.stripe_api_key else SANDBOX_KEY
    try:
        yield StripePayments(
            stripe.StripeClient(
                key,
                base_addresses={"api": settings.stripe_api_base} if settings.stripe_api_base else None,
                http_client=client,
                max_network_retries=0,
            ),
            seconds,
        )
    finally:
        await client.close_async()  # type: ignore[no-untyped-call]  # The client's own types leave it out.


class StripePayments:
    """`resolvers.provider.Provider` on Stripe's PaymentIntents and Refunds."""

    def __init__(self, client: stripe.StripeClient, seconds: float) -> None:
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds
        self._seconds = seconds

    async def create(
        self, payment_id: UUID, amount: Decimal, currency: str, metadata: Mapping[str, str]
    ) -> Standing | NotDone:
        try:
            minor = to_minor(amount, currency)
        except UnpayableAmount as error:
            return Refused(str(error))
        return await self._stand(
            self._intents.create_async(
                {
                    "amount": minor,
                    "currency": currency.lower(),
                    "metadata": {**metadata, PAYMENT: str(payment_id)},
                    # Whoever confirms is a server and has no page that a bank could send the buyer back to.
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                },
                {"idempotency_key": str(payment_id)},
            )
        )

    async def confirm(self, intent_id: str, method: str) -> Standing | NotDone:
        # Without this key a repetition would charge a card again that has declined.
        return await self._stand(
            self._intents.confirm_async(
                intent_id,
                {"payment_method": method, "expand": [CHARGE]},
                {"idempotency_key": f"{intent_id}:confirm"},
            )
        )

    async def look_up(self, payment_id: UUID, intent_id: str | None, since: datetime) -> Standing | Absent | NotDone:
        if intent_id is not None:
            return await self._stand(self._retrieved(intent_id))
        intent = await self._asked(self._find(payment_id, since))
        if intent is None:
            return Absent()
        return standing(intent) if isinstance(intent, stripe.PaymentIntent) else intent

    async def cancel(self, intent_id: str) -> Standing | NotDone:
        # A key would have a failure of the first request answered to all later ones, and cancelling repeats safely.
        return await self._stand(self._intents.cancel_async(intent_id))

    async def refund(self, refund_id: UUID, intent_id: str, amount: Decimal, currency: str) -> RefundStanding | NotDone:
        try:
            minor = to_minor(amount, currency)
        except UnpayableAmount as error:
            return Refused(str(error))
        # The key is forgotten after a day, and after a failure of the provider it stands for nothing but that.
        known = await self.look_up_refund(refund_id, intent_id)
        if not isinstance(known, Absent):
            return known
        made = await self._asked(
            self._refunds.create_async(
                {"payment_intent": intent_id, "amount": minor, "metadata": {REFUND: str(refund_id)}},
                {"idempotency_key": str(refund_id)},
            )
        )
        return refund_standing(made) if isinstance(made, stripe.Refund) else made

    async def look_up_refund(self, refund_id: UUID, intent_id: str) -> RefundStanding | Absent | NotDone:
        refund = await self._asked(self._find_refund(refund_id, intent_id))
        if refund is None:
            return Absent()
        return refund_standing(refund) if isinstance(refund, stripe.Refund) else refund

    async def attempts(self, since: datetime) -> AsyncIterator[Attempt]:
        try:
            async for intent in self._listed(since):
                try:
                    attempt = attempt_of(intent, PAYMENT)
                except UnpayableAmount as error:
                    # It is none of ours, which nobody could have paid.
                    log.warning("an attempt at the provider cannot be read", intent=intent.id, reason=str(error))
                    continue
                yield attempt
        except stripe.StripeError as error:
            raise ProviderAway(said(error)) from error

    async def _find(self, payment_id: UUID, since: datetime) -> stripe.PaymentIntent | None:
        """The attempt of a payment.  Stripe's search by metadata is up to a minute late, its list is not."""
        async for intent in self._listed(since - CLOCK_SKEW, since + MADE_WITHIN):
            if intent.metadata.to_dict().get(PAYMENT) == str(payment_id):
                return await self._retrieved(intent.id)
        return None

    async def _retrieved(self, intent_id: str) -> stripe.PaymentIntent:
        """An attempt with its charge, which says what card has paid."""
        return await self._intents.retrieve_async(intent_id, {"expand": [CHARGE]})

    async def _listed(self, since: datetime, until: datetime | None = None) -> AsyncIterator[stripe.PaymentIntent]:
        created: PaymentIntentListParamsCreated = {"gte": int(since.astimezone(UTC).timestamp())}
        if until is not None:
            created["lte"] = int(until.astimezone(UTC).timestamp())
        bounds: PaymentIntentListParams = {"created": created, "limit": PAGE}
        page = await self._intents.list_async(bounds)
        async for intent in page.auto_paging_iter():
            yield intent

    async def _find_refund(self, refund_id: UUID, intent_id: str) -> stripe.Refund | None:
        page = await self._refunds.list_async({"payment_intent": intent_id, "limit": PAGE})
        async for refund in page.auto_paging_iter():
            if refund.metadata is not None and refund.metadata.to_dict().get(REFUND) == str(refund_id):
                return refund
        return None

    async def _stand(self, request: Awaitable[stripe.PaymentIntent]) -> Standing | NotDone:
        """How an attempt stands according to an answer, be it a refusal that has the attempt in it."""
        try:
            intent = await self._asked(request)
        except stripe.CardError as error:
            return was_declined(error)
        except WrongState as error:
            if error.intent.status != "succeeded":
                return standing(error.intent)
            # A refusal has the attempt without its charge.
            return await self._stand(self._retrieved(error.intent.id))
        return standing(intent) if isinstance(intent, stripe.PaymentIntent) else intent

    async def _asked(self, request: Awaitable[T]) -> T | NotDone:
        """The answer to a request, or why there is none.  Raises CardError and WrongState, which tell of an attempt."""
        try:
            async with asyncio.timeout(self._seconds):
                return await request
        except stripe.CardError:
            raise
        except stripe.IdempotencyError as error:
            raise AssertionError(f"Bug: one idempotency key was used for two requests: {said(error)}") from error
        except stripe.InvalidRequestError as error:
            intent = error.error.payment_intent if error.error else None
            if error.code == WRONG_STATE and intent is not None:
                raise WrongState(intent) from error
            return Refused(error.code or said(error))
        except stripe.StripeError as error:
            return not_done(error)
        except TimeoutError:
            return Unknown(f"no answer within {self._seconds:g} s")


class WrongState(Exception):
    """The attempt is not in a state for what was asked; it comes with the refusal."""

    def __init__(self, intent: stripe.PaymentIntent) -> None:
        super().__init__(intent.id)
        self.intent = intent


def not_done(error: stripe.StripeError) -> Unavailable | Unknown:
    """Whether a request that came to nothing may have been carried out all the same."""
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        log.error("the payment provider does not accept STRIPE_API_KEY", reason=said(error))
    is_early = isinstance(error, (stripe.AuthenticationError, stripe.PermissionError, stripe.RateLimitError))
    return Unavailable(said(error)) if is_early or isinstance(error.__cause__, NEVER_SENT) else Unknown(said(error))


def said(error: stripe.StripeError) -> str:
    return " ".join((error.user_message or type(error).__name__).split())
