"""Measuring the weights, calibrating the verdict, and writing both down."""
