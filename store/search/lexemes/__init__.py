"""Words as search compares them: folded, stemmed, compounds cut, sounds."""
