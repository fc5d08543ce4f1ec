"""The only writers of sign-ins and invitations."""
