"""Help for companies: asked, a session booked at a desk or answered in writing, recorded by an officer."""
