"""A sandbox for the tests of a module, and the two that speak to it: the official client and our adapter."""

from collections.abc import AsyncIterator, Iterator

import pytest
import stripe

from gateway.payments import payments
from resolvers.provider import Provider
from tests.gateway.sandbox_place import ANSWER_SECONDS, a_sandbox
from tests.sandbox import Sandbox


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with a_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox that does nothing wrong until it is told to; its ledger has what other tests did."""
    yield running_sandbox
    running_sandbox.forget_faults()


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[stripe.StripeClient]:
    async with sandbox.client() as client:
        yield client


@pytest.fixture
async def provider(sandbox: Sandbox) -> AsyncIterator[Provider]:
    async with payments(sandbox.settings(), ANSWER_SECONDS) as provider:
        yield provider
