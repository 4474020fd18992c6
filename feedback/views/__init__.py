"""Saved views of the inbox: a name for filters and an order, one's own or the desk's for all."""
