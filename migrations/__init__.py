"""How both databases come to be what the models say: Alembic revisions for PostgreSQL, modules for MongoDB.

It stands beside models and knows nothing else.  A migration states what it makes as literals and never changes once it
has been released; that the sum of all equals the models is checked by `migrations.drift`.
"""
