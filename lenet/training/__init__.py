"""Training: recipes, batches, distortions, the optimizer, and checkpoints."""
