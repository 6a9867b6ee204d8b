"""The hand-written endpoint that sells: purchases, and their two requests to the provider alone."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

import httpx
import orjson
import stripe

from tests.bench.by_hand.answers import BEARER, UNKNOWN
from tests.bench.by_hand.bare_app import app_of
from tests.bench.by_hand.buying import Shop, charge, purchase
from tests.bench.by_hand.stores import opened

HANDLERS = {"Purchase": purchase, "Charge": charge}
CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 10.0


async def answered(shop: Shop, authorization: str, body: bytes) -> tuple[int, bytes]:
    viewer = await shop.stores.viewer(authorization.removeprefix(BEARER))
    if viewer is None:
        return UNKNOWN
    asked = orjson.loads(body)
    data = await HANDLERS[asked["operationName"]](shop, viewer, asked["variables"])
    return 200, orjson.dumps({"data": data})


@asynccontextmanager
async def shop() -> AsyncIterator[Shop]:
    client = stripe.HTTPXClient(timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS))
    provider = stripe.StripeClient(
        "sk_test_sandbox",
        base_addresses={"api": os.environ["STRIPE_API_BASE"]},
        http_client=client,
        max_network_retries=0,
    )
    async with opened(int(os.environ["POSTGRES_POOL_SIZE"])) as stores:
        yield Shop(stores, provider.v1.payment_intents, WeakValueDictionary())
    await client.close_async()  # type: ignore[no-untyped-call]  # The client's own types leave it out.


app = app_of(shop, answered)
