"""Random sequences of steps through the graph, by a few people over a few things and coupons, against the reference:
every answer, and all that both databases and the provider say, after each step; and no invariant is broken.

GATEWAY_MODEL_SEQUENCES says how many sequences to draw anew; without it a few are drawn that are always the same.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings

from gateway.payments import payments
from gateway.sandbox.running import child
from gateway.settings import Settings
from gateway.verifying import books
from resolvers.invariants.verifying import verify
from resolvers.recovery import recover
from tests.money.model import drawing
from tests.money.model.opening import opened
from tests.money.model.running import TAKEN, Step
from tests.money.model.shop import Shop
from tests.money.model.steps import Run
from tests.sandbox import Sandbox
from tests.world import World

ASKED = os.environ.get("GATEWAY_MODEL_SEQUENCES")
SEQUENCES = int(ASKED or 6)


@pytest.fixture
async def place(
    world: World, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[tuple[World, Settings]]:
    """A world with a provider of its own, whose books are compared with those of this test alone."""
    with child(tmp_path / "sandbox") as address, closing(Sandbox(address)) as sandbox:
        own = settings.model_copy(update={"stripe_api_base": address})
        async with payments(own, own.payment_answer_seconds) as provider:
            handles = replace(world.handles, payments=provider)
            async with World(handles, world.observed, sandbox) as alone:
                yield alone, own
    if ASKED is not None:
        with capsys.disabled():
            told = (f"{times:7} {step}: {answer}" for (step, answer), times in sorted(TAKEN.items()))
            sys.stdout.write("\n".join((f"\n{sum(TAKEN.values()):7} answers", *told, "")))


@settings(
    max_examples=SEQUENCES,
    derandomize=ASKED is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(shop=drawing.shops(), steps=drawing.STEPS)
@example(*drawing.SETTLING)
@example(*drawing.FREEING)
@example(*drawing.GIVING_BACK)
@example(*drawing.ORDERING)
@example(*drawing.FLAGGING)
@example(*drawing.LIMITING)
async def test_the_shop_does_what_its_rules_say(place: tuple[World, Settings], shop: Shop, steps: list[Step]) -> None:
    world, own = place
    world.sandbox.begin_anew()
    # What was drawn is shown as it was, however a sequence ends.
    run = Run(deepcopy(shop), await opened(world, shop))

    for step in steps:
        await run.step(step)

    # As every process does all the time: what is on its way at the provider is looked at again.
    await recover(world.handles)
    async with books(own, world.handles) as both:
        assert (await verify(both)).violations == {}
    await run.close()
