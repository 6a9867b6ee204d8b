"""Coupons and their uses."""

from models import coupons as coupon_models
from resolvers.loading import One, Pages

Coupons = Pages(coupon_models.Coupon)
CouponById = One(coupon_models.Coupon)
UsagesByCoupon = Pages(coupon_models.CouponUsage, "coupon_id")
