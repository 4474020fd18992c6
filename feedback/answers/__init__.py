"""Answers (回答): drafts with versions, approval (決裁), sending, and what citizens think of them."""
