"""Why a referral code cannot be applied, or a referral not decided, as problems of the graph."""

from resolvers import referral_refusals
from schema.refusals import Problem, problem


@problem(referral_refusals.ReferralCodeUnknown, description="Nobody has this referral code.")
class ReferralCodeUnknown(Problem):
    pass


@problem(referral_refusals.OwnReferralCode, description="The referral code belongs to whoever applies it.")
class OwnReferralCode(Problem):
    pass


@problem(referral_refusals.ReferrerYounger, description="Whoever has the referral code signed up later.")
class ReferrerYounger(Problem):
    pass


@problem(referral_refusals.AlreadyReferred, description="Another person has brought the viewer already.")
class AlreadyReferred(Problem):
    pass


@problem(referral_refusals.AlreadyBought, description="The viewer has made the first purchase already.")
class AlreadyBought(Problem):
    pass


@problem(referral_refusals.ReferralNotFound, description="No referral has this id.")
class ReferralNotFound(Problem):
    pass


@problem(referral_refusals.ReferralEnded, description="The referral was voided, and that is final.")
class ReferralEnded(Problem):
    pass
