"""Quality reviews in the window: the list of visits, and the screen of one, by visit or from the desk."""
