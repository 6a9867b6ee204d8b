"""Clients as the documents ask them to be: what may be asked again is asked again, with the same key."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.prove.service import Service
from tests.prove.stage import PATIENCE

Answer = dict[str, Any]
PAUSE, LONGEST_PAUSE = 0.2, 2.0
LONGER = 1.3


async def final(service: Service, token: str, document: str, given: dict[str, Any]) -> Answer:
    """The first answer that is not to be asked for again.  Raises httpx.TransportError when the service dies."""
    until, pause = time.monotonic() + PATIENCE, PAUSE
    while True:
        answer = await once(service, token, document, given)
        if answer is not None and not answer.get("retryable"):
            return answer
        assert time.monotonic() < until, f"no final answer but {answer}"
        # Many who were refused together come back apart.
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(pause * LONGER, LONGEST_PAUSE)


async def once(service: Service, token: str, document: str, given: dict[str, Any]) -> Answer | None:
    """One answer, or None where the service asks to be asked again."""
    body = await service.ask(token, document, input=given)
    errors = body.get("errors")
    if errors:
        assert all(error["extensions"].get("retryable") for error in errors), body
        return None
    (answer,) = body["data"].values()
    return dict(answer)


async def agreed(ask: Callable[[], Awaitable[Answer]]) -> str:
    """The type of the answer, the same to everybody who asks: two at once, and once more."""
    twice = [said(each) for each in await asyncio.gather(ask(), ask())]
    last = said(await ask())
    assert twice == [last, last], f"{twice}, then {last}"
    return str(last["__typename"])


def said(answer: Answer) -> Answer:
    """The answer without what MongoDB may show later: the same is told by everybody, and not how far it is shown."""
    told = {name: value for name, value in answer.items() if name != "referral"}
    if "order" in told:
        told["order"] = {name: value for name, value in told["order"].items() if name != "fulfilment"}
    return told
