"""What the house knows: tables, queries and rules, by noun."""
