"""Arrays to pictures: colour scales, sheets of maps, the drawing of one step."""
