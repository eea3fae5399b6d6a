"""Images, digits and captions that are drawn from a seed and need no download."""
