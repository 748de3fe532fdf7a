"""HTML for people: pages that translate between a browser and the flows."""
