"""“Teach it your handwriting”: drawings saved in the visitor's browser."""
