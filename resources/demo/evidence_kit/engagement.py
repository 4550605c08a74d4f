"""What centres upload with their Engagement Documents: policies, plans, minutes and lists, as text and tables."""

from __future__ import annotations

APPROVAL_LETTER = (
    "To the Head of Centre, Thornleigh Sixth Form Centre.",
    (
        "You asked us to approve an arrangement by which your learners are registered at your centre, and taught and "
        "assessed at Marrow Vale College, as members of the Marrow Vale Partnership. We have read the agreement that "
        "both Heads of Centre have signed, and we approve it from 1 September for three years."
    ),
    (
        "Your centre stays responsible for the registration of these learners, for the accuracy of what is claimed for "
        "them, and for knowing how they are taught. Tell us at once if the agreement changes or ends."
    ),
    "A member without learners of its own needs no review; tell us before it registers the first one.",
)

MALPRACTICE_POLICY = (
    ("p", "Version 6, approved by the governors on 14 September; looked at again each September."),
    ("h", "What we mean by it"),
    ("p", "Any act, by learners or by staff, that makes a result or a certificate say what is not true."),
    ("h", "What everybody does"),
    ("-", "Whoever suspects something tells the quality nominee on the same day, in writing."),
    ("-", "The quality nominee secures the work and speaks with nobody it concerns."),
    (
        "-",
        "The Head of Centre reports to the awarding body within two working days, with what is known so far.",
    ),
    ("-", "No certificate is claimed for the learners concerned until the awarding body has answered."),
    ("h", "At the college where our learners are taught"),
    ("p", "The college follows its own policy, and tells our quality nominee at the same time as its own."),
)

POLICY_PLAN = (
    ("Policy", "Version", "Approved", "Looked at again", "Who"),
    ("Malpractice", "6", "14 September", "September", "Quality nominee"),
    ("Registration and certification", "4", "14 September", "September", "Exams officer"),
    ("Special consideration, reasonable adjustments", "5", "14 September", "September", "Learning support"),
    ("Recognition of prior learning", "2", "3 March", "March", "Quality nominee"),
    ("Appeals and complaints", "7", "3 March", "March", "Head of Centre"),
    ("Equality, safeguarding, health and safety", "9", "14 September", "September", "Head of Centre"),
    ("Working with partners", "3", "3 March", "March", "Head of Centre"),
)

REGISTRATION = (
    ("p", "Written for the exams office and for the tutors who send us the names."),
    ("h", "Before 1 November"),
    ("-", "The college sends its list of learners, each with the programme number it has looked up itself."),
    ("-", "The exams officer holds each name and date of birth against the document of identity."),
    ("-", "A second member of the office reads the list before it is sent."),
    ("h", "When somebody leaves"),
    ("p", "The college tells us within five working days, and we say which units can still be claimed."),
)

CLAIMS = (
    (
        "Learner",
        "Programme",
        "Claimed",
        "Verified by the assessor",
        "Verified by the office",
        "Certificate came",
    ),
    ("Iolo Merrick", "Business", "8 July", "C. Trevanion", "L. Garside", "2 September"),
    ("Salma Oduya", "Business", "8 July", "C. Trevanion", "L. Garside", "2 September"),
    (
        "Dilys Harkness",
        "Business",
        "8 July",
        "C. Trevanion",
        "L. Garside",
        "9 September",
    ),
    ("Ruben Castell", "Business", "11 July", "C. Trevanion", "M. Oakeshott", "2 September"),
)

QUALITY_MINUTES = (
    (
        "p",
        "Present: Beatrix Nyland, Odile Farrant, Lorna Garside; for the college Rufus Penhallow and Maud Ellery.",
    ),
    ("h", "What the learners said"),
    (
        "p",
        "They want their marked work back within three weeks. The college will publish its dates each term.",
    ),
    ("h", "Reports of the standards verifier"),
    ("p", "Shared by the college on 3 June. One action, on the records of observations; done in September."),
    ("h", "Into next year's plan"),
    ("-", "Each tutor names one employer who looks at a brief before it is given out."),
    ("-", "The office keeps its list of claims together with the college's records of assessment."),
)

VERIFICATION = (
    ("Unit", "Assessor", "Brief verified", "Work sampled", "Share", "Shared with us"),
    ("1", "C. Trevanion", "12 September", "November", "4 of 12", "Yes"),
    ("2", "H. Lightbourne", "19 September", "December", "3 of 12", "Yes"),
    ("5", "C. Trevanion", "10 January", "February", "4 of 12", "Planned"),
    ("9", "H. Lightbourne", "10 January", "March", "All 12", "Planned"),
)

IMPROVEMENT_PLAN = (
    ("p", "Of the year, as the senior team agreed it in July; progress is looked at each half term."),
    ("h", "What we want to be better at"),
    (
        "t",
        (
            ("Aim", "Who", "Until", "How we shall know"),
            ("Learners finish in time", "Heads of programme", "July", "Nine in ten finish, last year eight"),
            ("Assessors agree", "Lead internal verifiers", "February", "Two standardisation meetings a term"),
            ("Employers are heard", "Deputy principal", "May", "Each programme has two who answer"),
        ),
    ),
    ("h", "What came of last year's"),
    ("-", "The new tracking is used by all programmes but one, which follows in January."),
)

SV_ACTIONS = (
    ("Programme", "What was asked", "Who", "Until", "Done"),
    ("Business", "Observation records name the criteria", "C. Trevanion", "30 September", "22 September"),
    (
        "Health and social care",
        "Briefs carry the date of verification",
        "F. Amory",
        "31 October",
        "30 October",
    ),
    ("Art and design", "Nothing", "", "", ""),
)

CERTIFICATION_POLICY = (
    "Version 3, approved on 9 September; looked at again each September by the exams officer and the quality nominee.",
    (
        "A claim is made only when the assessor and the internal verifier have signed the record of the learner, and "
        "the exams office has held that record against the claim. Nobody makes and verifies the same claim."
    ),
    (
        "Of the certificates that come back one in ten is held against the record. Where something is wrong the "
        "certificate stays in the safe and the awarding body is told, until it is put right."
    ),
    "Records of assessment, of internal verification and of claims are kept for three years after certification.",
)
