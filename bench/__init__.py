"""Side by side: how long we take, and how long others take for the same, in one run on one machine (`make bench`)."""
