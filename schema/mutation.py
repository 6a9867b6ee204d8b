"""The root of all changes.  Each is declared in its room, with its input and its result."""

import strawberry

from schema import issuing, ordering, profiles, redeeming, spending


@strawberry.type(description="Everything that can be changed.")
class Mutation:
    update_profile = profiles.update_profile
    update_preferences = profiles.update_preferences
    place_order = ordering.place_order
    cancel_order = ordering.cancel_order
    redeem_coupon = redeeming.redeem_coupon
    remove_coupon = redeeming.remove_coupon
    create_coupon = issuing.create_coupon
    edit_coupon = issuing.edit_coupon
    disable_coupon = issuing.disable_coupon
    apply_credits = spending.apply_credits
