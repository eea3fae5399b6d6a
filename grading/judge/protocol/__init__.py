"""The protocol between two processes that do not trust each other: values as data."""
