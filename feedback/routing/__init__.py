"""Policy areas and the ordered rules that say which department a matter goes to."""
