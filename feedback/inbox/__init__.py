"""LINE events as they came, stored before anything else happens."""
