"""Citizens who write over LINE: consent, profile, blocking, erasure."""
