"""One attempt to verify a person: what is asked, who asks, whether it may be, and how it moves on."""
