"""How our own weights are made: corpora, augmentation, training, calibration. What runs for users needs none of it."""
