"""Reports of listening: their tables, how these are counted, and the way of a report from draft to archive."""
