"""How errors of an operation look to a client: refusals with their code, mistakes in the request as they are,
everything unexpected masked.

Whatever is masked is logged by whoever executes, under the request id that the client is given.
"""

from typing import Any

from graphql import GraphQLError

from resolvers.refusals import ProblemCode, Refusal

LONGEST_MESSAGE = 500


def is_unexpected(error: GraphQLError) -> bool:
    """Whether an error is nobody's but ours: no refusal, and no value of the caller's that a scalar cannot be."""
    original = root_cause(error)
    if error.path is None and isinstance(original, ValueError | ArithmeticError):
        return False
    return original is not None and not isinstance(original, Refusal | GraphQLError)


def presented(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """An error as the client sees it."""
    shown: dict[str, Any] = dict(error.formatted)
    original = root_cause(error)
    if isinstance(original, Refusal):
        shown |= refused(original)
    elif is_unexpected(error):
        shown["message"] = "Something went wrong on our side: try again, or report it with the request id."
        shown["extensions"] = {"code": ProblemCode.INTERNAL, "retryable": True, "requestId": request_id}
    else:
        if len(error.message) > LONGEST_MESSAGE:
            # It quotes what was wrong, which may be as long as a request.
            shown["message"] = f"{error.message[:LONGEST_MESSAGE]}…"
        shown["extensions"] = {"code": ProblemCode.BAD_REQUEST, "retryable": False} | (error.extensions or {})
    return shown


def root_cause(error: GraphQLError) -> BaseException | None:
    """The exception behind an error, through as many GraphQL errors as it was wrapped in."""
    original: BaseException | None = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    return original


def refused(refusal: Refusal) -> dict[str, Any]:
    """A refusal of a whole request, in the same form."""
    return {"message": refusal.message, "extensions": {"code": refusal.code, "retryable": refusal.is_retryable}}
