"""The ONNX operators that are read, each by a small function; the table of them is in reader.py.

A reader takes its node and the network so far, adds the layers that compute the same, and returns what its first
output stands for. Where there are no such layers it raises Unfit with the reason, which is told with the node.
"""

from app.importing.operators import activations, filtering, merging, passing, pooling, resizing, vectors
from app.importing.operators.reader import READERS

__all__ = ["READERS", "activations", "filtering", "merging", "passing", "pooling", "resizing", "vectors"]
