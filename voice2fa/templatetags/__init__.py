"""Tags for the templates of a site."""
