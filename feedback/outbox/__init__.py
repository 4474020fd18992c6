"""Messages on their way to citizens."""
