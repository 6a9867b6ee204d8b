"""The reasons that administrators give for what they do with the money and the credits of others."""

from resolvers.profiles import text
from resolvers.refusals import InvalidInput

LONGEST_REASON = 500


def stated_reason(given: str, without: str) -> str:
    """The reason as it is stored.  Raises InvalidInput, for an empty one with the sentence `without`."""
    reason = text("reason", given, longest=LONGEST_REASON, allowed="\n")
    if reason is None:
        raise InvalidInput(("reason",), without)
    return reason
