"""The sandbox's addresses: Stripe's under `/v1`, and under `/sandbox` what only a double has."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.sandbox import intents, parameters, refunds
from gateway.sandbox.errors import ApiError, malformed
from gateway.sandbox.faults import Fault, Faults, Request
from gateway.sandbox.ledger import Ledger, Object
from gateway.sandbox.parameters import Parameters
from gateway.sandbox.requests import Effect, Requests, responded

INTENTS = "/v1/payment_intents"
REFUNDS = "/v1/refunds"
MOST_EFFECTS = 10_000


def create_app(ledger: Ledger, faults: Faults) -> Starlette:
    serving = Requests(ledger, faults).serving
    own = Own(ledger, faults)
    return Starlette(
        routes=[
            Route(INTENTS, serving(Request.CREATE, expanding(create_intent)), methods=["POST"]),
            Route(INTENTS, serving(Request.LIST, list_intents), methods=["GET"]),
            Route(f"{INTENTS}/{{id}}", serving(Request.RETRIEVE, expanding(retrieve_intent)), methods=["GET"]),
            Route(f"{INTENTS}/{{id}}/confirm", serving(Request.CONFIRM, expanding(confirm_intent)), methods=["POST"]),
            Route(f"{INTENTS}/{{id}}/cancel", serving(Request.CANCEL, expanding(cancel_intent)), methods=["POST"]),
            Route(REFUNDS, serving(Request.REFUND, lambda of, _, given: refunds.create(of, given)), methods=["POST"]),
            Route(REFUNDS, serving(Request.LIST_REFUNDS, list_refunds), methods=["GET"]),
            Route(f"{REFUNDS}/{{id}}", serving(Request.RETRIEVE_REFUND, retrieve_refund), methods=["GET"]),
            Route("/sandbox", own.about, methods=["GET"]),
            Route("/sandbox/ledger", own.effects, methods=["GET"]),
            Route("/sandbox/faults", own.order, methods=["POST"]),
            Route("/sandbox/faults", own.clear, methods=["DELETE"]),
            Route("/sandbox/payment_intents/{id}/authenticate", own.doing(intents.authenticate), methods=["POST"]),
            Route("/sandbox/refunds/{id}/settle", own.doing(refunds.settle), methods=["POST"]),
        ],
        exception_handlers={404: not_found, 405: not_found},
    )


def expanding(effect: Effect) -> Effect:
    """The effect, answered with the attempt's charge where the request wants that expanded."""

    def answered(ledger: Ledger, path: dict[str, str], given: Parameters) -> Object:
        expands = parameters.expands(given, "latest_charge")
        intent = effect(ledger, path, {name: value for name, value in given.items() if name != "expand"})
        return intents.with_charge(ledger, intent) if expands else intent

    return answered


def create_intent(ledger: Ledger, _: dict[str, str], given: Parameters) -> Object:
    return intents.create(ledger, given)


def confirm_intent(ledger: Ledger, path: dict[str, str], given: Parameters) -> Object:
    return intents.confirm(ledger, path["id"], given)


def cancel_intent(ledger: Ledger, path: dict[str, str], given: Parameters) -> Object:
    return intents.cancel(ledger, path["id"], given)


def retrieve_intent(ledger: Ledger, path: dict[str, str], given: Parameters) -> Object:
    parameters.known(given, "client_secret")
    return intents.retrieve(ledger, path["id"])


def retrieve_refund(ledger: Ledger, path: dict[str, str], given: Parameters) -> Object:
    parameters.known(given)
    return refunds.retrieve(ledger, path["id"])


def list_intents(ledger: Ledger, _: dict[str, str], given: Parameters) -> Object:
    parameters.known(given, "created", "limit", "starting_after", "ending_before")
    return listed(ledger, intents.KIND, INTENTS, given)


def list_refunds(ledger: Ledger, _: dict[str, str], given: Parameters) -> Object:
    parameters.known(given, "payment_intent", "created", "limit", "starting_after", "ending_before")
    return listed(ledger, refunds.KIND, REFUNDS, given)


def listed(ledger: Ledger, kind: str, address: str, given: Parameters) -> Object:
    """A page, newest first, and whether there is more in its direction."""
    after, before = parameters.text(given, "starting_after"), parameters.text(given, "ending_before")
    if after and before:
        raise malformed("Only one of starting_after and ending_before may be given.", "ending_before", "invalid")
    for name, identifier in (("starting_after", after), ("ending_before", before)):
        if identifier and ledger.get(kind, identifier) is None:
            raise malformed(f"No such {kind}: '{identifier}'", name, "resource_missing")
    size, intent = parameters.page_size(given), parameters.text(given, "payment_intent")
    found = ledger.page(kind, size + 1, after=after, before=before, where=parameters.moments(given), intent=intent)
    data = found[-size:] if before else found[:size]
    return {"object": "list", "url": address, "has_more": len(found) > size, "data": data}


class Own:
    """The endpoints that Stripe has not."""

    def __init__(self, ledger: Ledger, faults: Faults) -> None:
        self._ledger = ledger
        self._faults = faults

    async def about(self, _: HttpRequest) -> Response:
        return JSONResponse({"sandbox": True, "stands_for": "Stripe's PaymentIntents and Refunds"})

    async def effects(self, request: HttpRequest) -> Response:
        """Every effect, oldest first: `after` a sequence number, `limit` at once."""
        after, limit = request.query_params.get("after", "0"), request.query_params.get("limit", str(MOST_EFFECTS))
        if not (after.isdecimal() and limit.isdecimal() and len(after + limit) < 20):
            return JSONResponse({"error": "after and limit are numbers."}, 400)
        return JSONResponse({"effects": self._ledger.effects(int(after), min(int(limit), MOST_EFFECTS))})

    async def order(self, request: HttpRequest) -> Response:
        try:
            self._faults.order(Fault.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": error.errors(include_url=False, include_context=False)}, 400)
        return Response(status_code=204)

    async def clear(self, _: HttpRequest) -> Response:
        self._faults.clear()
        return Response(status_code=204)

    def doing(self, effect: Callable[[Ledger, str, Parameters], Object]) -> Callable[[HttpRequest], Any]:
        """The endpoint of what happens to a thing without anybody having asked by the API."""

        async def endpoint(request: HttpRequest) -> Response:
            try:
                given = parameters.parse((await request.body()).decode(errors="replace"))
                with self._ledger.transaction():
                    changed = effect(self._ledger, request.path_params["id"], given)
            except ApiError as error:
                return responded(error.status, json.dumps(error.body))
            return responded(200, json.dumps(changed))

        return endpoint


async def not_found(request: HttpRequest, _: Exception) -> Response:
    message = (
        f"Unrecognized request URL ({request.method}: {request.url.path}): the sandbox has PaymentIntents and Refunds."
    )
    error: dict[str, Any] = {"type": "invalid_request_error", "message": message}
    return JSONResponse({"error": error}, 404)
