"""Server-rendered pages: one router per audience, one template per page."""
