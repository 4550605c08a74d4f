"""Evidence as a moderator looks at it: pages, images and text shown inside, everything else handed over."""
