"""Jobs: recordings that wait to be analysed, and what became of them."""
