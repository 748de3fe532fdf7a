"""The endpoints: three lines each, for the flows decide."""
