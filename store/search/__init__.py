"""Search: what was said in the kept calls, by words, by meaning and by what is known of the calls."""
