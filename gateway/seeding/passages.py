"""Texts to type, written for this shop."""

from models.catalog import CourseLevel

PASSAGES = (
    ("Home row", CourseLevel.BEGINNER, "a sad lad asks a lass; a glad dad adds a salad as a fall snack"),
    ("The bakery", CourseLevel.BEGINNER, "The baker opens at six. By seven the street smells of bread."),
    ("Rain", CourseLevel.BEGINNER, "It rained all day, so we stayed in, played cards and drank too much tea."),
    ("The lighthouse", CourseLevel.INTERMEDIATE,
     "Nobody had lived in the lighthouse for thirty years, yet every evening, a little after eight, the lamp came on."),
    ("A letter home", CourseLevel.INTERMEDIATE,
     "Dear Mother, the train was late, the room is small, and the landlady's cat has decided that I am furniture."),
    ("Night shift", CourseLevel.INTERMEDIATE,
     "At 03:40 the alert fired again; Priya silenced it, opened the runbook, and found page 4 missing."),
    ("Invoice no. 2,048", CourseLevel.ADVANCED,
     'Pay $1,299.95 (incl. 19% VAT) by 30/09 to "Hoffmann & Sons"; quote #HX-7731/b, or call +44 20 7946 0958.'),
    ("Pointer arithmetic", CourseLevel.ADVANCED,
     "for (size_t i = 0; i < n && *p != '\\0'; ++i) { sum += (*p++ ^ mask[i % 8]) & 0xFF; }"),
    ("Weather report", CourseLevel.ADVANCED,
     "Jagged zephyrs (55-65 km/h) quickly vexed the pilot of flight BX-409, who'd hoped for a quiet Wednesday."),
)  # fmt: skip
"""Title, level and text."""
