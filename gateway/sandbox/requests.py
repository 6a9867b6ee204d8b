"""One request: who asks, what its idempotency key stands for, the fault that it gets, its effect and its answer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from gateway.sandbox import parameters
from gateway.sandbox.errors import ApiError, broken, key_in_use, key_reused, malformed, rate_limited, unauthorized
from gateway.sandbox.faults import Fault, Faults, Request, Wrong, die
from gateway.sandbox.intents import identifier
from gateway.sandbox.ledger import Answer, Ledger, Object
from gateway.sandbox.parameters import Parameters

Effect = Callable[[Ledger, dict[str, str], Parameters], Object]

LONGEST_KEY = 255


class Requests:
    """Answers requests of the API on one ledger."""

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self._ledger = ledger
        self._faults = faults
        self._keys_in_use: set[str] = set()

    def serving(self, kind: Request, effect: Effect) -> Callable[[HttpRequest], Any]:
        """The endpoint of an effect."""

        async def endpoint(request: HttpRequest) -> Response:
            try:
                return await self._answer(request, kind, effect)
            except ApiError as error:
                return responded(error.status, json.dumps(error.body))

        return endpoint

    async def _answer(self, request: HttpRequest, kind: Request, effect: Effect) -> Response:
        authorize(request)
        is_post = request.method == "POST"
        text = (await request.body()).decode(errors="replace") if is_post else request.url.query
        given = parameters.parse(text)
        fault = self._faults.take(kind)
        if fault is not None and fault.do is Wrong.RATE_LIMIT:
            raise rate_limited()
        key = request.headers.get("idempotency-key") if is_post else None
        if key is None:
            return await self._carry_out(request, None, given, effect, fault)
        if not 1 <= len(key) <= LONGEST_KEY:
            raise malformed(f"Idempotency keys have 1 to {LONGEST_KEY} characters.", "Idempotency-Key", "invalid")
        if key in self._keys_in_use:
            raise key_in_use(key)
        self._keys_in_use.add(key)
        try:
            return await self._carry_out(request, key, given, effect, fault)
        finally:
            self._keys_in_use.remove(key)

    async def _carry_out(
        self, request: HttpRequest, key: str | None, given: Parameters, effect: Effect, fault: Fault | None
    ) -> Response:
        wrong = fault.do if fault else None
        if fault and wrong is Wrong.DELAY_BEFORE:
            await asyncio.sleep(fault.seconds)
        if wrong is Wrong.DIE_BEFORE:
            die()
        if wrong is Wrong.FAIL_BEFORE:
            raise broken()
        if wrong is Wrong.DROP_BEFORE:
            return await dropped(request)
        answer, is_replayed = self._commit(request, key, given, effect, wrong)
        if wrong is Wrong.DIE_AFTER:
            die()
        if fault and wrong is Wrong.DELAY_AFTER:
            await asyncio.sleep(fault.seconds)
        if wrong is Wrong.DROP_AFTER:
            return await dropped(request)
        if wrong is Wrong.FAIL_AFTER:
            raise broken()
        return responded(answer.status, answer.body, is_replayed=is_replayed)

    def _commit(
        self, request: HttpRequest, key: str | None, given: Parameters, effect: Effect, wrong: Wrong | None
    ) -> tuple[Answer, bool]:
        """The answer, durable together with its effect, and whether it was there before."""
        path, sent = request.url.path, json.dumps(given, sort_keys=True)
        with self._ledger.transaction():
            kept = self._ledger.answer(key) if key else None
            if key and kept and kept.path != path:
                raise key_reused(key, "for the same endpoint")
            if key and kept and kept.parameters != sent:
                raise key_reused(key, "with the same parameters")
            if kept:
                return kept, True
            try:
                status, body = 200, effect(self._ledger, request.path_params, given)
            except ApiError as error:
                # A refusal that is final is an answer like any other, and what it wrote stays written.
                if not error.is_final:
                    raise
                status, body = error.status, error.body
            answer = Answer(path, sent, status, json.dumps(body))
            if key:
                failed = Answer(path, sent, 500, json.dumps(broken().body))
                self._ledger.keep_answer(key, failed if wrong is Wrong.FAIL_AFTER else answer)
            if wrong is Wrong.DIE_WITHIN:
                die()
        return answer, False


def authorize(request: HttpRequest) -> None:
    """Raises ApiError for whoever has no test key; a live key has no business here and is told so."""
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key.startswith(("sk_live_", "rk_live_")):
        raise unauthorized("This is a sandbox and takes no live keys; point STRIPE_API_BASE elsewhere.")
    if not key.startswith("sk_test_"):
        raise unauthorized("Invalid API Key provided: the sandbox takes any that begins with sk_test_.")


async def dropped(request: HttpRequest) -> Response:
    """Ends the connection without a byte of an answer."""
    request.state.drop()
    await asyncio.sleep(0)
    return Response()


def responded(status: int, body: str, *, is_replayed: bool = False) -> Response:
    headers = {"Request-Id": identifier("req")} | ({"Idempotent-Replayed": "true"} if is_replayed else {})
    return Response(body, status, headers, media_type="application/json")
