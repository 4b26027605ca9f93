"""The explorer's page and its parts that are fetched alone: what stands around a look, and what a look is given."""
