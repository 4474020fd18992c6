"""Notices to staff by e-mail and to chat rooms: what is told to whom, kept until sent. Never a citizen's words."""
