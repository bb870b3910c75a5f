"""The server: limits, clean-up and shutdown; the only place that relies on what Gradio keeps private."""
