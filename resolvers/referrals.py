"""Members, whom they brought, and the ledger of their credits."""

from models import credits as credit_models
from models import referrals as referral_models
from resolvers.loading import One, Pages

MemberById = One(referral_models.Member)
MemberByCode = One(referral_models.Member, "referral_code")
ReferralsByReferrer = Pages(referral_models.Referral, "referrer_id")
Referrals = Pages(referral_models.Referral)
ReferralById = One(referral_models.Referral)
ReferralByReferred = One(referral_models.Referral, "referred_user_id")
ClaimById = One(referral_models.ReferralClaim)
ClaimByReferred = One(referral_models.ReferralClaim, "referred_user_id")
EntriesByUser = Pages(credit_models.CreditEntry, "user_id")
