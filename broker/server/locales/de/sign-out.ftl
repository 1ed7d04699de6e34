### The question before a sign-out, and the page after it.
###
### $app is the name of the app that asked for the sign-out.

sign-out = Abmelden?
sign-out-here = Sie sind dabei, sich hier abzumelden. Die nächste App, die Sie öffnen, wird Sie wieder um die Anmeldung bitten.
sign-out-app = { $app } möchte Sie hier abmelden. Die nächste App, die Sie öffnen, wird Sie wieder um die Anmeldung bitten.
sign-out-button = Abmelden
sign-out-stay = Um angemeldet zu bleiben, schließen Sie diese Seite.

signed-out = Sie sind abgemeldet
signed-out-here = Sie sind hier abgemeldet.
signed-out-app = Sie sind hier abgemeldet, wie { $app } es wollte.
signed-out-elsewhere = Auf der Anmeldeseite Ihres Unternehmens und in anderen Apps sind Sie vielleicht noch angemeldet. An einem Computer, den auch andere benutzen, melden Sie sich dort ebenfalls ab, und schließen Sie den Browser.
signed-out-continue = Weiter
