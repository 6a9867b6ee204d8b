"""Behaviour: how rows are found, who may do what, and what happens then.

The law of this floor: it knows models and the two databases, and no protocol.  Nothing here imports strawberry,
graphql, starlette or gateway; nothing here keeps a session open while it waits for anything else.
"""
