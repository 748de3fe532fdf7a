"""What a login leaves with browsers and clients: sessions, marks, passes and receipts."""
