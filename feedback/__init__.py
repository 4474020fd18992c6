"""What citizens said and what became of it: the inside of machikoe, free of web, LINE and ML code."""

__version__ = "0.1.0"
