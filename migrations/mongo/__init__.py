"""Versioned modules for MongoDB: forward-only, and harmless when run again, since no transaction holds them together.

Each is named `m<date>_<number>_<subject>`, opens with a sentence that says what it makes, and has `apply(db)`.
"""
