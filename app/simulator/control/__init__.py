"""The control API under ``/_sim/``: what tests and the phone page use to play citizens and operator."""
