"""Surveys (調査広聴): definitions, the way through them, responses, counts. What to call:

Pure (no database):
    definition   `Definition`, `Question`, `Choice`, `QuestionType`; `translated(definition, language)`
    documents    `definition_of(plain data)` / `document_of(definition)`; YAML text is parsed in `app` or `admin`
    checking     `faults(definition)`: everything wrong with it, in plain Japanese
    given        `Answer`; `to_json`/`from_json`, `all_to_json`/`all_from_json`; `in_words(question, answer)`
    rules        `first`, `next_question`, `path`, `counted`, `previous_question`, `lead_in` (sections), `progress`,
                 `shown` (piping, shuffle), `closed_because`
    reading      `read_answer(shown question, typed words | Answer) -> Answer | Fault`
    faults       `Fault`, `FaultKind`; `Fault.message` is fit to show
    filling      `fill(definition, {key: typed | Answer}, seed=…)`: a whole form at once; the same record as the chat
    pages        `pages(definition, answers)`: cut into the pages of a form
    addresses    `public_address`, `personal_address` (signed, for the chat and deliveries), `read_personal`
    marks        what is counted of an answer

With a session:
    service      `save` (new unpublished version), `publish`, `close`, `remove`, `add_link`, `switch_link`, `survey_of`
    answering    `start` (or resume) → draft; `standing(draft)` → what to show; `answer`, `answer_all`, `back`,
                 `revise`, `discard`, `submit`; `find_draft`, `has_answered`;
                 raises `refusals.Answered`, `refusals.NotOpen`
    queries      `open_for_citizen`, `open_titles` (what a citizen may type), `listed`, `links_of`, `link_of`,
                 `definition_in_force`, `definitions_of`, `results(survey).as_json()`
    counting     `count_waiting`: a round of the worker; `remove_marks`
    voices       `waiting`, `record`: free words become opinions, in rounds of the worker
    exporting    `columns_of`, `rows_of`
    delivery     who it is sent to, and the sending: see `feedback.surveys.delivery`
    forgetting   `withdraw`, `erase_of`, `unsend`, `erase_response`

The chat: `answering.start(…, person=Person(citizen=…), source=Source.LINE)`, then `standing` → show `sections` and
`question` (choices in the order shown), give what comes to `answer(key=…, raw=text or Answer(choices=(…,)))`, show
`Fault.message` or the next `standing`; when `standing.question` is None show `path` with `in_words`, and offer
`submit`. An answer's words must not stay in the stored event (`Fate.CLEAR`). Results by segment: `SurveyMark` holds one
narrow row for each choice of each counted response (join on ``response_id``), `SurveyCode` says what its number means.
"""
