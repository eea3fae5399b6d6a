"""The course's site: pages made of what the repository holds, and their builder."""
