"""From sources to notebooks: builds, releases, solutions, and what tests must tell."""
