"""Refusals in the form in which Stripe answers them."""

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]


class ApiError(Exception):
    """An answer with `{"error": …}`.  `is_final` ones are kept under the idempotency key, as what an endpoint said once
    it had begun; the others were found before, so the same key may be used again.
    """

    def __init__(
        self, status: int, kind: str, message: str, *, code: str | None = None, is_final: bool = True, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_final = is_final
        self.body: Body = {"error": {"type": kind, "message": message} | ({"code": code} if code else {}) | more}


def invalid(message: str, *, code: str | None = None, status: int = 400, **more: Any) -> ApiError:
    """What an endpoint refuses in the state that it finds."""
    return ApiError(status, "invalid_request_error", message, code=code, **more)


def malformed(message: str, param: str, code: str) -> ApiError:
    """A parameter that is missing, unknown or not of its form."""
    return ApiError(400, "invalid_request_error", message, code=code, is_final=False, param=param)


def missing(what: str, identifier: str, param: str = "id") -> ApiError:
    status = 404 if param == "id" else 400
    return invalid(f"No such {what}: '{identifier}'", code="resource_missing", status=status, param=param)


def declined(error: Mapping[str, Any]) -> ApiError:
    """A card's refusal, with the intent and the charge that it was."""
    rest = {name: value for name, value in error.items() if name not in {"type", "message", "code"}}
    return ApiError(402, "card_error", error["message"], code=error["code"], **rest)


def unauthorized(message: str) -> ApiError:
    return ApiError(401, "invalid_request_error", message, is_final=False)


def rate_limited() -> ApiError:
    return ApiError(
        429, "invalid_request_error", "Too many requests hit the API too quickly.", code="rate_limit", is_final=False
    )


def broken() -> ApiError:
    return ApiError(500, "api_error", "An unknown error occurred.")


def key_in_use(key: str) -> ApiError:
    message = (
        f"There is currently another in-progress request using this idempotency key ({key}); the other request is still"
        " being processed. Try again later."
    )
    return ApiError(409, "idempotency_error", message, code="idempotency_key_in_use", is_final=False)


def key_reused(key: str, same: str) -> ApiError:
    message = (
        f"Keys for idempotent requests can only be used {same} they were first used with. Try using a key other than"
        f" '{key}' if you meant to execute a different request."
    )
    return ApiError(400, "idempotency_error", message, is_final=False)
