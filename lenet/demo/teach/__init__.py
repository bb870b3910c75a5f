"""Teach it your hand: drawings kept in the visitor's browser."""
