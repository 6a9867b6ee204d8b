"""Attempts to pay and what was given back."""

from models import payments as payment_models
from resolvers.loading import Many, One

PaymentById = One(payment_models.Payment)
PaymentsByOrder = Many(payment_models.Payment, "order_id", order=("created_at", "id"))
RefundById = One(payment_models.Refund)
RefundsByOrder = Many(payment_models.Refund, "order_id", order=("created_at", "id"))
