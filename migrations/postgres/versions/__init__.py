"""The revisions, in the order of their dates.  Alembic loads them by path."""
