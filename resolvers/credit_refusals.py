"""Why credits cannot be used, given or taken.  All of these have changed nothing."""

from dataclasses import dataclass
from typing import ClassVar

from resolvers.refusals import ProblemCode, Refusal


@dataclass(eq=False)
class NotEnoughCredits(Refusal):
    """More credits than the person has free."""

    available: int
    code: ClassVar[ProblemCode] = ProblemCode.NOT_ENOUGH_CREDITS
    about: ClassVar[tuple[str, ...] | None] = ("credits",)

    @property
    def message(self) -> str:
        return f"Only {self.available} credits are free: name no more than that."


@dataclass(eq=False)
class PersonNotFound(Refusal):
    """Nobody has this id, or somebody had it who was erased."""

    code: ClassVar[ProblemCode] = ProblemCode.PERSON_NOT_FOUND
    about: ClassVar[tuple[str, ...] | None] = ("user_id",)
    said: ClassVar[str] = "There is no such person: use an id as the graph gave it."


@dataclass(eq=False)
class CreditsNotTaken(Refusal):
    """Credits are worth nothing in the currency of the order."""

    currency: str
    code: ClassVar[ProblemCode] = ProblemCode.CREDITS_NOT_TAKEN
    about: ClassVar[tuple[str, ...] | None] = ("credits",)

    @property
    def message(self) -> str:
        return f"Credits pay nothing of an order in {self.currency}: use none."
