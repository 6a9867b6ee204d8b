"""Measurements: how fast the graph is read, beside others who answer the same questions from the same databases.
`python -m tests.bench` runs them; `docs/benchmarks.md` says what came out and how.
"""
