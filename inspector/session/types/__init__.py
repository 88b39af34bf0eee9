"""Which types of values are hidden in each span of a big store, found once, in the background."""
