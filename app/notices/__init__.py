"""Sends notices to staff: e-mail over SMTP, and messages to chat rooms of Slack and Teams."""
