"""Files that hold tables: writing CSV, XLSX and JSON Lines, and reading what cities already have."""
