"""Internal notes: whom they mention, and the files staff attach to them."""
