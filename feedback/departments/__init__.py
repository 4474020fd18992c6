"""Departments of the city."""
