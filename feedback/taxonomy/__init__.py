"""Changes of the city's policy areas over the years, and what an area of then is called now."""
