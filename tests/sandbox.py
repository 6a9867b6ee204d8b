"""Talking to a sandbox: what only a double of Stripe can be told and asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import stripe

from gateway.settings import Settings


class Sandbox:
    """A sandbox at an address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.seen = 0
        self.is_faulty = False
        # Without certificates to load, a client is made in no time.
        self.http = httpx.Client(verify=False, trust_env=False)

    def close(self) -> None:
        self.http.close()

    def begin_anew(self) -> None:
        """Leaves what was done so far out of `effects`."""
        self.seen = max((effect["seq"] for effect in self.effects()), default=self.seen)

    def order(self, on: str, do: str, **more: Any) -> None:
        """Orders a fault."""
        assert self.http.post(f"{self.address}/sandbox/faults", json={"on": on, "do": do, **more}).status_code == 204
        self.is_faulty = True

    def forget_faults(self) -> None:
        if self.is_faulty:
            self.http.delete(f"{self.address}/sandbox/faults")
            self.is_faulty = False

    def effects(self, *whats: str) -> list[dict[str, Any]]:
        """All effects, or those of these kinds, oldest first."""
        answer = self.http.get(f"{self.address}/sandbox/ledger", params={"after": self.seen})
        found: list[dict[str, Any]] = answer.json()["effects"]
        return [effect for effect in found if not whats or effect["what"] in whats]

    def effects_of(self, intent: str) -> list[str]:
        return [effect["what"] for effect in self.effects() if effect["intent"] == intent]

    def authenticate(self, intent: str, outcome: str) -> dict[str, Any]:
        """Does what the buyer does in their bank's window; `outcome` is succeeds or fails."""
        where = f"{self.address}/sandbox/payment_intents/{intent}/authenticate"
        found: dict[str, Any] = self.http.post(where, data={"outcome": outcome}).json()
        return found

    def settle(self, refund: str, outcome: str) -> dict[str, Any]:
        """Ends a refund that takes its time; `outcome` is succeeds or fails."""
        where = f"{self.address}/sandbox/refunds/{refund}/settle"
        found: dict[str, Any] = self.http.post(where, data={"outcome": outcome}).json()
        return found

    def settings(self) -> Settings:
        return Settings(_env_file=None, stripe_api_base=self.address)

    @asynccontextmanager
    async def client(self, key: str = "sk_test_any", seconds: float = 5) -> AsyncIterator[stripe.StripeClient]:
        """The official client, as it is."""
        http = stripe.HTTPXClient(timeout=seconds)
        try:
            yield stripe.StripeClient(
                key, base_addresses={"api": self.address}, http_client=http, max_network_retries=0
            )
        finally:
            await http.close_async()  # type: ignore[no-untyped-call]  # The client's own types leave it out.
