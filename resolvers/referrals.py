"""Members and whom they brought."""

from models import referrals as referral_models
from resolvers.loading import One, Pages

MemberById = One(referral_models.Member)
ReferralsByReferrer = Pages(referral_models.Referral, "referrer_id")
