"""Trained networks that ship: a folder each, with facts in model.json and every checkpoint in weights.safetensors."""

from pathlib import Path

from app.models.shipped import Shipped

SHIPPED = Shipped(Path(__file__).parent)
