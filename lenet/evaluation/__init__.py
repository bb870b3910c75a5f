"""Measure the weights, calibrate the verdict, and document both."""
