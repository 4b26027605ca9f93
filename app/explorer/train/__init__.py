"""What a person sees of a training: before it begins, while it runs, and what it has learned."""
