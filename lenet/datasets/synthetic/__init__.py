"""Synthetic digits, non-digits and scribbles, drawn by code."""
