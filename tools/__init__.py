"""Programs that a person runs: neither the product nor its tests."""
