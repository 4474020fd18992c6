"""Everything staff touch."""
