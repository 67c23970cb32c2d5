"""Search by meaning: vectors at half precision, their index, what is near."""
