"""What makes the engine step aside, at once or on the way."""

from resolvers.refusals import StoreUnavailable


class Uncovered(Exception):
    """The operation needs something that is not compiled; the argument is the reason that metrics name."""


class Surprise(Exception):
    """What was found is not what the schema promises; graphql-core says exactly what is wrong with it."""


class Lost(Exception):
    """A database is away where the answer may not do without: graphql-core says what that leaves of the answer, without
    asking that database again.
    """

    def __init__(self, refusal: StoreUnavailable) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
