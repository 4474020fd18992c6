"""Text in, areas, kind, urgency, safety, personal data and language out. No database, no web."""
