"""Files people hand in and letters we hand out: storing, inspecting, rendering, issuing."""
