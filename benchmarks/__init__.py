"""What the README's figures on speed are measured with, a command each: `python -m benchmarks.page`."""
