"""Text becomes calls with slots: the recogniser asks its brains in order, from the button to the phrases."""
