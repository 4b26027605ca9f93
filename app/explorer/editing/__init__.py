"""What forms change of a state, how far each setting goes, and what a filter's numbers say."""
