"""Convscope: convolution, pooling and activation, one number at a time."""

__version__ = "0.1.0"
