"""Benchmarks of the page and the training, one command each: `python -m benchmarks.page`."""
