"""Learning from examples: the network in training, its optimizers, and the Trainer."""
