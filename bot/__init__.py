"""Everything citizens touch: webhook, conversations, outbound messages, citizen pages."""
