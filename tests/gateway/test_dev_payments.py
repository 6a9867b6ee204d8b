"""Buying from `gateway dev`: payments go to the sandbox that it starts, which is there until the last purchase ends."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.buying import PURCHASE
from tests.gateway.sandbox_place import wait_for
from tests.gateway.test_cli import SOON, Service, service, using
from tests.sandbox import Sandbox

SHELF = "{ products(first: 2, orderBy: [{field: price, direction: DESC}]) { edges { node { id } } } }"


def buy(dev: Service, item: str) -> Any:
    given = {"items": [{"itemId": item}], "idempotencyKey": item, "paymentMethodId": "pm_sandbox_admin"}
    return dev.ask(PURCHASE, input=given)["data"]["purchase"]["__typename"]


def test_what_is_bought_in_development_is_paid_at_a_sandbox_that_outlives_the_purchases(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with service(tmp_path, "dev", "--port", "0", "--data-dir", str(data)) as dev:
        sandbox = Sandbox(dev.said(r"Payments\s+(http://\S+)"))
        first, second = (edge["node"]["id"] for edge in dev.ask(SHELF)["data"]["products"]["edges"])
        assert buy(dev, first) == "OrderPaid"
        assert [effect["what"] for effect in sandbox.effects()] == ["created", "charged"]

        sandbox.order("confirm", "delay_before", seconds=2)
        with ThreadPoolExecutor() as aside:
            buying = aside.submit(buy, dev, second)
            wait_for(lambda: len(sandbox.effects("created")) == 2)
            dev.process.send_signal(signal.SIGINT)
            assert buying.result() == "OrderPaid"
            assert dev.process.wait(SOON) == 0
        sandbox.close()
    assert "Traceback" not in dev.log.read_text()
    assert using(data) == []
