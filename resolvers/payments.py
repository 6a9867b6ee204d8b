"""Attempts to pay and what was given back."""

from models import payments as payment_models
from resolvers.loading import One, Pages

PaymentById = One(payment_models.Payment)
PaymentsByOrder = Pages(payment_models.Payment, "order_id")
RefundById = One(payment_models.Refund)
RefundsByOrder = Pages(payment_models.Refund, "order_id")
