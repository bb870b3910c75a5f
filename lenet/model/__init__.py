"""The network, its saved weights, and what is read with them; Keras only where it is built or converted."""
