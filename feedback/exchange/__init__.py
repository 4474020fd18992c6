"""Tables of opinions in and out: files of other systems come in row by row, matters go out one row each."""
