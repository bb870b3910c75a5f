"""Replicas behind nginx."""
