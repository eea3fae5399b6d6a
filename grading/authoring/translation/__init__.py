"""Notebooks in other languages: their texts, and catalogues of them."""
