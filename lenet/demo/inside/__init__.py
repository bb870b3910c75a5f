"""Inside the network: every layer, live, and what a value is made of."""
