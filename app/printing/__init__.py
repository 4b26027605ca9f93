"""Numbers as people read them: digits, and sums that add up as printed.

Float32 reaches 3.4e38. A product of two such numbers has 77 digits before the point, and some behind it are printed.
"""

from decimal import DefaultContext, getcontext

DIGITS = 100

for context in (DefaultContext, getcontext()):  # of threads that begin later, and of this one
    context.prec = DIGITS
