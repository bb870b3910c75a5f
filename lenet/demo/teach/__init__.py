"""“Teach it your hand”: drawings saved in the visitor's browser."""
