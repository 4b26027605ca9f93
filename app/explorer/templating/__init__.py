"""Templates, and the scripts and styles that they name."""
