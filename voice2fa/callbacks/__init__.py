"""HTTP from the carrier: authenticate, parse, hand over to the flow, render its script."""
