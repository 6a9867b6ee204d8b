"""What checkout asks of a payment provider, and what it may be told.  Expected outcomes are values, not exceptions.

Who talks to the provider is on the floor above; amounts are decimals of the currency here, minor units there.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Created:
    """The attempt is known to the provider, and nothing is charged: it waits to be confirmed."""

    intent_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The money is taken.  `fingerprint` is the same for the same card, whoever uses it; None where it is not known."""

    intent_id: str
    amount: Decimal
    currency: str
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """The payment method was refused and nothing is charged.  `reason` is the provider's code, `message` its sentence
    for the buyer.  The attempt stays open at the provider: only `cancel` makes it final.
    """

    intent_id: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class NeedsAction:
    """The buyer has to prove who they are, with the secret, before anything is charged."""

    intent_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The attempt is over for good, and no request that is still on its way can charge it."""

    intent_id: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider has never heard of it; a request that is still on its way may yet make it known."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider does not do this, now or later, and has changed nothing; `reason` is its code or its sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The provider was not reached, or turned us away before it began: nothing was done, and the same may be asked
    again.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was done: look it up, and do not release what it would have paid for."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refunded:
    """The money is given back, or on its way without anything left to do."""

    provider_refund_id: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class RefundPending:
    """The provider has accepted the refund and not finished it; look it up again later."""

    provider_refund_id: str


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """The money did not go back, and stays with us until another refund is made."""

    provider_refund_id: str
    reason: str


Standing = Created | Succeeded | Declined | NeedsAction | Cancelled
"""How an attempt stands at the provider."""

NotDone = Refused | Unavailable | Unknown
"""Why there is no answer about it."""

RefundStanding = Refunded | RefundPending | RefundFailed


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as the provider lists it, for comparing its books with ours."""

    payment_id: str | None
    amount: Decimal
    currency: str
    created_at: datetime
    standing: Standing | Unknown


class Provider(Protocol):
    """A payment provider.  Nothing here raises for what a provider, a card or a network may do."""

    async def create(
        self, payment_id: UUID, amount: Decimal, currency: str, metadata: Mapping[str, str]
    ) -> Standing | NotDone:
        """Makes the attempt known; charges nothing.  With the same arguments it is made once within 24 hours, so what
        is older is looked up first.  Store the id before anything else.
        """
        ...

    async def confirm(self, intent_id: str, method: str) -> Standing | NotDone:
        """Charges the payment method, once for each attempt: a repetition is answered like the first, if that was."""
        ...

    async def look_up(self, payment_id: UUID, intent_id: str | None, since: datetime) -> Standing | Absent | NotDone:
        """How the attempt stands now.  Where its id was not stored, it is searched among those made after `since`."""
        ...

    async def cancel(self, intent_id: str) -> Standing | NotDone:
        """Closes the attempt.  Whatever stands in the way of that is the answer, as `Succeeded` when it was charged."""
        ...

    async def refund(self, refund_id: UUID, intent_id: str, amount: Decimal, currency: str) -> RefundStanding | NotDone:
        """Gives back so much of a charge, once for each `refund_id` however often and however late it is asked."""
        ...

    async def look_up_refund(self, refund_id: UUID, intent_id: str) -> RefundStanding | Absent | NotDone: ...

    def attempts(self, since: datetime) -> AsyncIterator[Attempt]:
        """All attempts made since then, newest first.  Raises `ProviderAway` where the provider does not answer."""
        ...


class ProviderAway(Exception):
    """The provider's books cannot be read at the moment."""
