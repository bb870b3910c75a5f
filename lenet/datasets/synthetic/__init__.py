"""Digits, non-digits and scribbles drawn by code."""
