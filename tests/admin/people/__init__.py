"""A site whose users have an e-mail address, a UUID, and no username."""
