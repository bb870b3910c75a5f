"""Training: recipes, batches, distortions, the optimizer's steps and the checkpoints between them."""
