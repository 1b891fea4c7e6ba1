"""Written reprimands for disorderly reporting: listed by rule, proposed by one official, decided by another."""
