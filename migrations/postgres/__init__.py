"""Alembic's environment and its revisions: one concern each, dated, reversible."""
