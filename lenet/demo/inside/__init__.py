"""The look inside the network: every layer, live, and how each value was computed."""
