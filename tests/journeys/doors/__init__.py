"""A site with every door that a Django site has, and those who try them with a password alone."""
