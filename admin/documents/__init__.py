"""Printed documents: PDF by Typst, charts by the same ECharts options as on the screen, Word files."""
