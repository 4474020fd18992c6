"""Who is asked to answer a survey, and the sending: resumable, nobody twice.

recipients  `Audience`, `choose` (everyone, a segment, a random sample, those who have not answered yet)
sampling    a seeded random sample, stratified by age band and district. Pure.
service     `plan` (fixes the recipients and a retry key for each call), `next_chunk`, `begin_call`, `settle`,
            `pause`, `resume`, `forecast`, `unsubscribe`
"""
