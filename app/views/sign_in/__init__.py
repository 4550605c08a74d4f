"""Coming in: the sign-in page, and the password when the service asks for it again."""
