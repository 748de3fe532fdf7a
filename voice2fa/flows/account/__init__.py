"""What is kept of an account besides its phones: their history, the mails, proofs of its owner."""
