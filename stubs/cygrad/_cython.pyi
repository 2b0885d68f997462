# Cython's own: what the compiled modules share, such as memoryviews. Nothing here is for users.
