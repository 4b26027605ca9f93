"""What is pointed at: the cells, weights and numbers that it is connected with, marked in the drawing and said."""
