"""What identifies a person or opens an account is found in what was said, and taken out of it."""
