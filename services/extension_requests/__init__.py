"""More time that a company asks for online: asked, decided by an officer, answered by mail. Never granted by time."""
