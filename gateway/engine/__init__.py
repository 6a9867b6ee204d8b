"""Compiles the operations that read, and runs them: batches of rows in, bytes out.  What it does not cover, and what
surprises it, is graphql-core's to answer, so the engine is fast or absent and never wrong.
"""
