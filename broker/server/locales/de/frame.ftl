# What every page has: the link that only the keyboard finds, past the head of the page.
skip = Zum Inhalt springen
