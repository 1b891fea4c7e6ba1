"""Deadlines: rules as data, the calendars they count on, and dates derived with their reasons. Pure."""
