"""Drawings that the page draws by itself."""
