"""The document, its one-line form, its plan, and how one number of it came to be."""
