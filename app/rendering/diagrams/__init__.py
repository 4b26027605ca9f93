"""Drawings of more than one number: ways home, places counted, edges, rings, volumes."""
