"""Datasets of digits and non-digits: MNIST, drawings of people, synthetic drawings."""
