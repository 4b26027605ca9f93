"""The figure of one number and its flat twin: what is read, the filter, the map at work."""
