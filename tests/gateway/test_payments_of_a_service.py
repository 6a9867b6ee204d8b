"""Which provider of payments a service has, from its settings."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from gateway.cli.failures import CommandFailed
from gateway.cli.serving import paying
from gateway.databases import handles
from gateway.no_provider import REASON
from gateway.payments import payments
from gateway.settings import Settings
from models.values import new_id, now
from resolvers.provider import Created, NeedsAction, ProviderAway, Succeeded, Unavailable, Unknown
from tests.world import World

PRICE = Decimal("9.99")


async def test_a_service_pays_where_its_settings_say(world: World) -> None:
    payment, provider = new_id(), world.handles.payments
    created = await provider.create(payment, PRICE, "INR", {})
    assert isinstance(created, Created)

    waiting = await provider.confirm(created.intent_id, "pm_card_authenticationRequired")
    world.sandbox.authenticate(created.intent_id, "succeeds")

    assert isinstance(waiting, NeedsAction)
    assert await provider.look_up(payment, None, now()) == Succeeded(created.intent_id, PRICE, "INR")
    assert [effect["what"] for effect in world.sandbox.effects()] == ["created", "action_required", "charged"]


async def test_what_one_test_lets_go_wrong_is_forgotten_in_the_next(world: World) -> None:
    async with World(world.handles, world.observed, world.sandbox) as earlier:
        earlier.sandbox.order("create", "drop_before", times=None)
        assert isinstance(await earlier.handles.payments.create(new_id(), PRICE, "INR", {}), Unknown)

    assert isinstance(await world.handles.payments.create(new_id(), PRICE, "INR", {}), Created)


async def test_how_long_a_payment_waits_for_its_buyer_is_set(settings: Settings) -> None:
    async with handles(settings.model_copy(update={"payment_wait_minutes": 5})) as opened:
        assert opened.rules.wait == timedelta(minutes=5)


async def test_without_a_provider_everything_is_unavailable_for_a_reason() -> None:
    nothing = Unavailable(REASON)

    async with payments(Settings(_env_file=None)) as provider:
        assert await provider.create(new_id(), PRICE, "INR", {}) == nothing
        assert await provider.confirm("pi_any", "pm_card_visa") == nothing
        assert await provider.look_up(new_id(), None, now()) == nothing
        assert await provider.cancel("pi_any") == nothing
        assert await provider.refund(new_id(), "pi_any", PRICE, "INR") == nothing
        assert await provider.look_up_refund(new_id(), "pi_any") == nothing
        with pytest.raises(ProviderAway, match="no payment provider is set"):
            [attempt async for attempt in provider.attempts(now())]


def test_development_has_a_sandbox_of_its_own_for_as_long_as_it_runs(tmp_path: Path) -> None:
    told = Settings(_env_file=None, data_dir=tmp_path)

    with paying(told) as settings:
        sandbox = settings.stripe_api_base
        assert settings == told.model_copy(update={"stripe_api_base": sandbox})
        assert httpx.get(f"{sandbox}/sandbox").json()["sandbox"] is True
        with pytest.raises(CommandFailed, match=r"Another sandbox runs on .* STRIPE_API_BASE"), paying(told):
            pass

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{sandbox}/sandbox")


@pytest.mark.parametrize(
    "told", [{"stripe_api_key": SecretStr("sk_test_mine")}, {"stripe_api_base": "http://127.0.0.1:8420"}], ids=str
)
def test_development_starts_no_sandbox_where_a_provider_is_set(
    told: dict[str, SecretStr | str], tmp_path: Path
) -> None:
    named = Settings(_env_file=None, data_dir=tmp_path).model_copy(update=told)

    with paying(named) as settings:
        assert settings == named

    assert list(tmp_path.iterdir()) == []
