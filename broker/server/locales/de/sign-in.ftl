### The sign-in page, and the choice between several ways to sign in.
###
### $app is the name of the app that sent the person.

sign-in = Anmelden
sign-in-app = Bei { $app } anmelden
sign-in-label = Geschäftliche E-Mail-Adresse oder Firmencode
sign-in-continue = Weiter
sign-in-cancel = Abbrechen
sign-in-next = Als Nächstes bittet Ihr Unternehmen Sie vielleicht, sich auf seiner eigenen Seite anzumelden.
sign-in-password = Stattdessen mit einem Passwort anmelden

## Where the browser belongs, offered before anything is asked. $title is what the way in is called, such as Acme staff.

sign-in-offer = Weiter mit { $title }
sign-in-somebody-else = Jemand anderes
sign-in-forget = Nicht Sie oder ein anderes Unternehmen? Dieses vergessen

## Why the page is shown again.

sign-in-empty = Geben Sie Ihre geschäftliche E-Mail-Adresse ein oder den Code, den Sie von Ihrem Unternehmen haben.
sign-in-unknown = Dazu haben wir kein Unternehmen gefunden. Prüfen Sie die Schreibweise, oder fragen Sie Ihre IT-Abteilung, wie Sie sich anmelden.
sign-in-not-ready = Ihr Unternehmen ist hier bekannt, aber seine Anmeldung ist noch nicht eingerichtet. Fragen Sie Ihre IT-Abteilung, wann es so weit ist.
sign-in-not-this-app = Ihr Unternehmen nutzt diese App nicht über uns. Bitten Sie Ihre IT-Abteilung um Zugang.

## The choice between several ways.

choose = Wie möchten Sie sich anmelden?
choose-explanation = Sie können sich auf mehreren Wegen anmelden.
choose-explanation-app = Sie können sich auf mehreren Wegen bei { $app } anmelden.
choose-hint = Nicht sicher? Nehmen Sie den Weg, den Sie für Ihre geschäftliche E-Mail nutzen.
