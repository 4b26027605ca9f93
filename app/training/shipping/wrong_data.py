"""What is said where a file is not the data set that it should be."""


class WrongData(Exception):
    """A sentence with what was found, what should be there, and the way out."""
