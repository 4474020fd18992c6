"""Who is asked to answer a survey, and the sending: resumable, nobody twice.

recipients  `Audience`, `choose` (everyone, a segment, a random sample; never who has answered)
sampling    a seeded random sample, stratified by age band and district. Pure.
service     `plan` (fixes the recipients and a retry key for each call), `begin_call`, `settle`, `pause`, `resume`,
            `sent_count`
subscriptions  `want`: whether surveys may be sent to a citizen
"""
