"""Settings: how it looks, which keys do what, who works here, and where the data lies."""
