"""How people's names are compared: as they are written, as they sound, and how alike two of them are."""
