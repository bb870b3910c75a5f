"""Where digits, and what is not a digit, come from."""
