"""Where real datasets come from: their addresses, downloads and archives."""
