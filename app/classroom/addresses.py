"""Addresses of the explorer as lessons hold them: written by people, so that percent-encoding is optional."""

from urllib.parse import parse_qsl


def fields_in(address: str) -> dict[str, str]:
    """Return the fields of an address of the explorer."""
    return dict(parse_qsl(address.partition("?")[2], keep_blank_values=False, max_num_fields=200))
