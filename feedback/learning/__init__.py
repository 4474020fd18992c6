"""The city's own models: what they learn from, which one reads, how good it is, and what people should check."""
