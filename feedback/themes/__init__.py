"""Themes (話題のまとまり): what the opinions of a time are about, within each policy area, in citizens' own words."""
