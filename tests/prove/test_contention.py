"""What many want at once and only some can have, through a process of its own; `make prove` has more of them."""

from collections.abc import AsyncIterator

import pytest

from tests.prove import contention
from tests.prove.service import Service
from tests.prove.stage import Stage


@pytest.fixture
async def service(stage: Stage) -> AsyncIterator[Service]:
    async with stage.service() as service:
        yield service


async def test_first_purchases_at_once_are_one_first_and_one_conversion(stage: Stage, service: Service) -> None:
    await contention.first_purchases(stage, service, 12)

    await stage.rest()
    await stage.check("first purchases")


async def test_a_coupon_is_had_as_often_as_it_may_be(stage: Stage, service: Service) -> None:
    await contention.coupon_of_many(stage, service, buyers=12, uses=4)

    await stage.rest()
    await stage.check("a coupon")
