"""The root of all changes.  Each is declared in its room, with its input and its result."""

import strawberry

from schema import granting, issuing, ordering, paying, profiles, redeeming, referring, refunding, spending


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    update_profile = profiles.update_profile
    update_preferences = profiles.update_preferences
    place_order = ordering.place_order
    pay_order = paying.pay_order
    confirm_payment = paying.confirm_payment
    purchase = paying.purchase
    cancel_order = ordering.cancel_order
    redeem_coupon = redeeming.redeem_coupon
    remove_coupon = redeeming.remove_coupon
    create_coupon = issuing.create_coupon
    edit_coupon = issuing.edit_coupon
    disable_coupon = issuing.disable_coupon
    apply_credits = spending.apply_credits
    refund_order = refunding.refund_order
    grant_credits = granting.grant_credits
    apply_referral_code = referring.apply_referral_code
    convert_referral = referring.convert_referral
    void_referral = referring.void_referral
