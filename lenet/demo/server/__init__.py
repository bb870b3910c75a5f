"""The server: limits, clean-up and shutdown; the only package that relies on private parts of Gradio."""
