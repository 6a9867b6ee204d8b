"""Names of people and of things that nobody wrote, to be combined."""

FIRST_NAMES = (
    "Aaliyah", "Adaeze", "Ahmet", "Aiko", "Alejandro", "Amara", "Anders", "Anika", "Anjali", "Antoine", "Arjun",
    "Astrid", "Ayesha", "Beatriz", "Bilal", "Bruno", "Camille", "Carlos", "Chen", "Chidi", "Clara", "Daan",
    "Daniela", "Deepa", "Dmitri", "Elena", "Elif", "Emeka", "Emma", "Esteban", "Fatima", "Felix", "Femi", "Freya",
    "Gabriel", "Giulia", "Hana", "Hassan", "Helena", "Hiroshi", "Ibrahim", "Ingrid", "Isabela", "Ishaan", "Ivana",
    "Jakub", "Jasmine", "Jin", "Joana", "Jonas", "Kaito", "Kamala", "Karim", "Katarina", "Kavya", "Kofi", "Lars",
    "Laila", "Leilani", "Liam", "Linh", "Lucia", "Magnus", "Malik", "Manuel", "Maren", "Mariam", "Mateo", "Maya",
    "Meera", "Mika", "Minh", "Nadia", "Nikhil", "Nils", "Noor", "Olga", "Omar", "Oskar", "Paloma", "Pedro", "Petra",
    "Priya", "Rafael", "Rania", "Ravi", "Rosa", "Ruth", "Saanvi", "Samir", "Sana", "Santiago", "Selin", "Shreya",
    "Sigrid", "Simone", "Sofia", "Soren", "Sunita", "Tariq", "Tatiana", "Theo", "Thandiwe", "Tomas", "Uma",
    "Vikram", "Wei", "Yara", "Yasmin", "Yuki", "Yusuf", "Zainab", "Zofia", "Zoe",
)  # fmt: skip

LAST_NAMES = (
    "Abbas", "Acheampong", "Agarwal", "Ali", "Almeida", "Andersen", "Aydin", "Bakker", "Banerjee", "Bauer",
    "Bergström", "Bhatt", "Bianchi", "Boateng", "Castillo", "Chaudhary", "Chen", "Costa", "Da Silva", "Das",
    "Demir", "Desai", "Diallo", "Dubois", "Eriksson", "Farouk", "Fernandes", "Fischer", "Fontaine", "Garcia",
    "Ghosh", "Greco", "Gupta", "Haddad", "Hansen", "Hernandez", "Hoffmann", "Horvat", "Hussain", "Ito", "Ivanov",
    "Iyer", "Jansen", "Johansson", "Joshi", "Kapoor", "Kaya", "Khan", "Kim", "Kovacs", "Kowalski", "Kumar",
    "Larsen", "Lee", "Lopez", "Mahmoud", "Malhotra", "Marino", "Mehta", "Mendes", "Menon", "Meyer", "Mishra",
    "Mohamed", "Moreau", "Müller", "Mutua", "Nair", "Nakamura", "Ncube", "Nguyen", "Novak", "Nwosu", "Okafor",
    "Okonkwo", "Olsen", "Osei", "Park", "Patel", "Pereira", "Petrov", "Pham", "Pillai", "Popescu", "Rahman",
    "Ramos", "Rao", "Reddy", "Ricci", "Rossi", "Sato", "Schmidt", "Sharma", "Silva", "Singh", "Smirnov", "Sørensen",
    "Suzuki", "Tan", "Thomas", "Tran", "Usman", "Varga", "Verma", "Virtanen", "Wagner", "Wang", "Weber", "Yadav",
    "Yamada", "Yilmaz", "Zhang", "Zulu",
)  # fmt: skip

MANNERS = (
    "Practical", "Everyday", "Modern", "Applied", "Essential", "Hands-on", "Quiet", "Honest", "Advanced",
    "Friendly", "Illustrated", "Unhurried",
)  # fmt: skip

SUBJECTS = (
    ("Python", "programming"), ("Rust", "programming"), ("TypeScript", "web"), ("SQL", "data"),
    ("Kubernetes", "operations"), ("Touch Typing", "typing"), ("Statistics", "data"), ("Watercolour", "art"),
    ("Spanish", "languages"), ("Hindi", "languages"), ("Natal Charts", "astrology"), ("Photography", "art"),
    ("Bookkeeping", "business"), ("Negotiation", "business"), ("Accessibility", "web"),
    ("Distributed Systems", "programming"), ("Shell Scripting", "operations"), ("Shorthand", "typing"),
    ("Bread", "cooking"), ("Chess", "games"),
)  # fmt: skip

AUDIENCES = (
    "Beginners", "Busy People", "Designers", "Engineers", "Freelancers", "Managers", "Nurses", "Parents",
    "Students", "Teachers", "Teams", "the Curious",
)  # fmt: skip

CITIES = (
    ("Mumbai", 19.076, 72.8777, "Asia/Kolkata"), ("Bengaluru", 12.9716, 77.5946, "Asia/Kolkata"),
    ("Lagos", 6.5244, 3.3792, "Africa/Lagos"), ("São Paulo", -23.5505, -46.6333, "America/Sao_Paulo"),
    ("Berlin", 52.52, 13.405, "Europe/Berlin"), ("Lisbon", 38.7223, -9.1393, "Europe/Lisbon"),
    ("Osaka", 34.6937, 135.5023, "Asia/Tokyo"), ("Toronto", 43.6532, -79.3832, "America/Toronto"),
    ("Hanoi", 21.0278, 105.8342, "Asia/Ho_Chi_Minh"), ("Nairobi", -1.2921, 36.8219, "Africa/Nairobi"),
    ("Istanbul", 41.0082, 28.9784, "Europe/Istanbul"), ("Bogotá", 4.711, -74.0721, "America/Bogota"),
)  # fmt: skip
"""City, latitude, longitude and time zone."""
