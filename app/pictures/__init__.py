"""Pictures: a visitor's bytes made safe, the gallery, crops and sizes, and every picture by its id."""
