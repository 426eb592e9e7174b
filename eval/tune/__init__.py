"""Training the small models of OnRecord: the examples, and the recipes that learn from them."""
