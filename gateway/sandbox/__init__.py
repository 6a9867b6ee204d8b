"""The sandbox: our double of Stripe's PaymentIntents and Refunds, for development and tests.

It is a process of its own on loopback with a durable ledger, it answers the unmodified stripe client, and it can be
told to fail.  What checkout does not use of Stripe is not here; webhook events are not sent.
"""
