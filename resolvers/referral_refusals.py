"""Why a referral code cannot be applied, or a referral not decided.  All of these have changed nothing."""

from dataclasses import dataclass
from typing import ClassVar

from resolvers.refusals import ProblemCode, Refusal


@dataclass(eq=False)
class ReferralCodeUnknown(Refusal):
    """No member has this code, or only one who is not here any more."""

    code: ClassVar[ProblemCode] = ProblemCode.REFERRAL_CODE_UNKNOWN
    about: ClassVar[tuple[str, ...] | None] = ("code",)
    said: ClassVar[str] = "Nobody has this referral code: look at how it is spelt."


@dataclass(eq=False)
class OwnReferralCode(Refusal):
    """It is the code of the person themselves, or of somebody who reads the same mailbox."""

    code: ClassVar[ProblemCode] = ProblemCode.OWN_REFERRAL_CODE
    about: ClassVar[tuple[str, ...] | None] = ("code",)
    said: ClassVar[str] = "This referral code is your own: use that of the person who brought you."


@dataclass(eq=False)
class ReferrerYounger(Refusal):
    """Whoever has the code came later, or at the same time."""

    code: ClassVar[ProblemCode] = ProblemCode.REFERRER_YOUNGER
    about: ClassVar[tuple[str, ...] | None] = ("code",)
    said: ClassVar[str] = "Whoever has this referral code signed up after you: use that of the person who brought you."


@dataclass(eq=False)
class AlreadyReferred(Refusal):
    """Another one has brought this person; that stays, whatever became of it."""

    code: ClassVar[ProblemCode] = ProblemCode.ALREADY_REFERRED
    said: ClassVar[str] = (
        "You have applied the referral code of somebody else, and only one person can have brought you."
    )


@dataclass(eq=False)
class AlreadyBought(Refusal):
    """The first purchase is made."""

    code: ClassVar[ProblemCode] = ProblemCode.ALREADY_BOUGHT
    said: ClassVar[str] = "You have bought something already: a referral code is for before the first purchase."


@dataclass(eq=False)
class ReferralNotFound(Refusal):
    """No referral has this id."""

    code: ClassVar[ProblemCode] = ProblemCode.REFERRAL_NOT_FOUND
    about: ClassVar[tuple[str, ...] | None] = ("referral_id",)
    said: ClassVar[str] = "There is no such referral: use an id as the graph gave it."


@dataclass(eq=False)
class ReferralEnded(Refusal):
    """It was voided, and that is final."""

    code: ClassVar[ProblemCode] = ProblemCode.REFERRAL_ENDED
    about: ClassVar[tuple[str, ...] | None] = ("referral_id",)
    said: ClassVar[str] = "This referral was voided, and its rewards were taken back: grant credits if that was wrong."


EVERY_OF_A_CODE: tuple[type[Refusal], ...] = (
    ReferralCodeUnknown,
    OwnReferralCode,
    ReferrerYounger,
    AlreadyReferred,
    AlreadyBought,
)
