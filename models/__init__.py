"""The neural networks behind the Protocols of `stimmung.speech.engines`, their weights, and the registry of them."""
