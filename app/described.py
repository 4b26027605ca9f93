"""What is told as JSON, as a type: a TypedDict that the code which builds it returns, and that the API describes.

@described
class Totals(TypedDict):
    \"\"\"What all layers cost together.\"\"\"

    parameters: int
    \"\"\"How many numbers they learn.\"\"\"
"""

from pydantic import ConfigDict, with_config

described = with_config(ConfigDict(use_attribute_docstrings=True, extra="forbid"))  # it has no other fields
