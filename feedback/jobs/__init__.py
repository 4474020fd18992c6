"""Long or delayed work as resumable rows with progress, and the lease of the one scheduler."""
