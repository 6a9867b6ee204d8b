"""A stage on the databases of the tests, with a provider of its own: its books are compared with those of one test."""

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.payments import payments
from gateway.sandbox.running import child
from gateway.settings import Settings
from models.identity import Role
from tests.money.conftest import crowded
from tests.prove.stage import BRISK, Stage
from tests.sandbox import Sandbox
from tests.world import World

__all__ = ["crowded", "stage"]


@pytest.fixture
async def stage(world: World, settings: Settings, tmp_path: Path) -> AsyncIterator[Stage]:
    with child(tmp_path / "sandbox") as address, closing(Sandbox(address)) as sandbox:
        own = settings.model_copy(update={**BRISK, "stripe_api_base": address})
        async with (
            payments(own, own.payment_answer_seconds) as provider,
            World(replace(world.handles, payments=provider), world.observed, sandbox) as paying,
        ):
            yield Stage(paying, own, await paying.person(Role.ADMIN, has_member=False), tmp_path)
