"""What a person sees of a state of the explorer; it knows no HTTP."""
