"""The outermost ring: settings to applications, worker, commands, demo, simulator."""
