"""Helpers that tests, tools and benchmarks share."""
