"""The network, its saved weights, and the classifier; only `network` imports Keras at module level."""
