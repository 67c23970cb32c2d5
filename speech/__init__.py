"""From sound to turns: records, decoding, channels, speech detection, events and windows. Names no neural network."""
