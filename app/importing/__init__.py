"""Networks from files of others: what a file says, as layers of ours with their numbers, or why it does not fit."""
