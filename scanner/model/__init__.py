"""The nouns of derbes: frozen dataclasses, standard library only, no personal value in any of them."""
