"""Who has a matter open at this moment, so that two people do not work on it unaware of each other."""
