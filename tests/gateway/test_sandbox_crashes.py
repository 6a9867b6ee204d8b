"""The sandbox's ledger across kill -9: what was answered is never lost, and what was lost was never answered."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import stripe

from gateway.sandbox.faults import Faults, Request, UnknownFault, parse
from gateway.sandbox.running import SandboxFailed, child
from tests.gateway.sandbox_place import RUN, a_sandbox, wait_for
from tests.gateway.test_cli import run

Step = Callable[[stripe.StripeClient, str], Awaitable[object]]


async def make(client: stripe.StripeClient, _: str) -> object:
    wanted = {"amount": 700, "currency": "inr"}
    return await client.v1.payment_intents.create_async(wanted, {"idempotency_key": "the step"})  # type: ignore[arg-type]


async def pay(client: stripe.StripeClient, intent: str) -> object:
    method = {"payment_method": "pm_card_visa"}
    return await client.v1.payment_intents.confirm_async(intent, method, {"idempotency_key": "the step"})  # type: ignore[arg-type]


async def decline(client: stripe.StripeClient, intent: str) -> object:
    method = {"payment_method": "pm_card_chargeDeclined"}
    try:
        return await client.v1.payment_intents.confirm_async(intent, method, {"idempotency_key": "the step"})  # type: ignore[arg-type]
    except stripe.CardError as error:
        return error.code


async def give_up(client: stripe.StripeClient, intent: str) -> object:
    return await client.v1.payment_intents.cancel_async(intent, None, {"idempotency_key": "the step"})


async def give_back(client: stripe.StripeClient, intent: str) -> object:
    wanted = {"payment_intent": intent, "amount": 300}
    return await client.v1.refunds.create_async(wanted, {"idempotency_key": "the step"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "step", "effect"),
    [
        ("create", make, "created"),
        ("confirm", pay, "charged"),
        ("confirm", decline, "declined"),
        ("cancel", give_up, "canceled"),
        ("refund", give_back, "refunded"),
    ],
)
async def test_killed_at_any_point_of_a_step_its_repetition_has_the_effect_once(
    tmp_path: Path, kind: str, step: Step, effect: str
) -> None:
    for point, survives in (("die_before", 0), ("die_within", 0), ("die_after", 1)):
        with a_sandbox(tmp_path / point) as sandbox:
            async with sandbox.client() as client:
                intent = (await client.v1.payment_intents.create_async({"amount": 700, "currency": "inr"})).id
                if kind == "refund":
                    await client.v1.payment_intents.confirm_async(intent, {"payment_method": "pm_card_visa"})
                before = sandbox.effects()
                sandbox.order(kind, point)
                with pytest.raises(stripe.APIConnectionError):
                    await step(client, intent)
            assert sandbox.gone() == -signal.SIGKILL, "the point was not reached"

            sandbox.start()
            after = sandbox.effects()[len(before) :]
            assert [found["what"] for found in after] == [effect] * survives
            async with sandbox.client() as client:
                first = await step(client, intent)
                again = await step(client, intent)
            assert str(again) == str(first)
            assert sandbox.effects()[: len(before)] == before
            assert [found["what"] for found in sandbox.effects()[len(before) :]] == [effect]


async def test_killed_at_any_moment_under_load_nothing_answered_is_lost_and_nothing_done_twice(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201  A failure must be repeatable.
    chance = random.Random(seed)
    answered: dict[str, str] = {}

    async def buy(client: stripe.StripeClient, name: str) -> None:
        made = await client.v1.payment_intents.create_async(
            {"amount": 700, "currency": "inr", "metadata": {"payment_id": name}}, {"idempotency_key": name}
        )
        paid = await client.v1.payment_intents.confirm_async(
            made.id, {"payment_method": "pm_card_visa"}, {"idempotency_key": f"{name}:confirm"}
        )
        assert answered.setdefault(name, paid.id) == paid.id

    names = [f"p{number}" for number in range(60)]
    with a_sandbox(tmp_path) as sandbox:
        for _ in range(4):
            async with sandbox.client() as client:
                buying = [asyncio.create_task(buy(client, name)) for name in names]
                await asyncio.sleep(chance.uniform(0.02, 0.4))
                sandbox.kill()
                await asyncio.gather(*buying, return_exceptions=True)
            sandbox.start()
            charged = {effect["intent"] for effect in sandbox.effects("charged")}
            assert set(answered.values()) <= charged
        async with sandbox.client(seconds=30) as client:
            await asyncio.gather(*(buy(client, name) for name in names))

        of_names = [effect["metadata"]["payment_id"] for effect in sandbox.effects("charged")]
        assert sorted(of_names) == sorted(names)
        assert len(sandbox.effects("created")) == len(names)


def test_a_ledger_is_for_one_sandbox(tmp_path: Path) -> None:
    with a_sandbox(tmp_path):
        second = subprocess.run(
            [sys.executable, "-c", RUN, str(tmp_path)], capture_output=True, text=True, check=False, timeout=20
        )

    assert "Another sandbox runs on" in second.stderr


def test_a_child_ends_with_whoever_started_it(tmp_path: Path) -> None:
    with child(tmp_path) as address:
        assert httpx.get(f"{address}/sandbox").json()["sandbox"] is True
        with pytest.raises(SandboxFailed, match="Another sandbox runs on"), child(tmp_path):
            pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/sandbox")

    keeper = """
import sys, time
from pathlib import Path
from gateway.sandbox.running import child
with child(Path(sys.argv[1])) as address:
    print(address, flush=True)
    time.sleep(60)
"""
    words = [sys.executable, "-c", keeper, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        address = parent.stdout.readline().strip()
        assert httpx.get(f"{address}/sandbox").status_code == 200
        os.kill(parent.pid, signal.SIGKILL)

    def is_gone() -> bool:
        try:
            httpx.get(f"{address}/sandbox")
        except httpx.ConnectError:
            return True
        return False

    wait_for(is_gone)


def test_production_has_no_sandbox(tmp_path: Path) -> None:
    secure = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "k" * 32,
        "DATABASE_URL": "postgresql://u:p@db.example.com/shop?sslmode=verify-full",
        "MONGO_URI": "mongodb://u:p@mongo.example.com/?replicaSet=rs0&tls=true",
        "STRIPE_API_KEY": "sk_live_secret",
    }

    refused = run("sandbox", "--data-dir", str(tmp_path / "data"), **secure)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "gateway: ENVIRONMENT says production; the sandbox is for development, production talks to Stripe.\n"
    )
    assert not (tmp_path / "data").exists()


def test_the_command_refuses_a_fault_that_cannot_be_with_how_one_is_written(tmp_path: Path) -> None:
    refused = run("sandbox", "--data-dir", str(tmp_path), "--port", "0", "--fault", "confirm:explode")

    assert refused.returncode == 1
    assert refused.stderr.startswith("gateway: 'confirm:explode' is no fault; write KIND:WRONG[:TIMES[:SECONDS]]")


@pytest.mark.parametrize("text", ["", "confirm", "nothing:drop_after", "any:drop_after:x", "any:drop_after:1:1:1"])
def test_what_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(UnknownFault):
        parse(text)


def test_a_fault_is_written_in_short_and_happens_as_often_as_it_says() -> None:
    faults = Faults([parse("confirm:drop_after:2"), parse("any:delay_before:always:0.2")])

    taken = [faults.take(kind) for kind in (Request.CREATE, Request.CONFIRM, Request.CONFIRM, Request.CONFIRM)]

    assert [fault.do if fault else None for fault in taken] == [
        "delay_before",
        "drop_after",
        "drop_after",
        "delay_before",
    ]
