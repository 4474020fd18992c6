"""By when matters are to be answered: the city's calendar, service standards, reminders and escalation."""
