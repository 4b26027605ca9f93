"""How the networks that ship are made: data that the user supplies, their settings, training, the files."""
