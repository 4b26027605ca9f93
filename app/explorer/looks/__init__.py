"""The ways of looking at a layer, one file each; `registry` finds them."""
