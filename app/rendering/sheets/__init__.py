"""Maps and filters as PNG: many in one sheet, a pixel a number."""
