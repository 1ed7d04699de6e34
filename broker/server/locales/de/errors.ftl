### The page for everything that went wrong.
###
### A failure says what happened in a few words, explains it in a sentence or two, and then tells who can
### do what: .you, .it-team, .developer or .support continues the sentence that begins with the name of
### the same attribute of `who`.
###
### $app is the name of the app that sent the person. Words with_underscores are names of the protocol.

error-again = Erneut versuchen
error-back = Zurück zu { $app }
error-reference = Referenz
error-reference-hint = Nennen Sie sie dem Support: Er sieht damit genau, was geschehen ist. Persönliche Daten enthält sie nicht.

# In bold, before what they can do.
who =
    .you = Sie
    .it-team = Ihre IT-Abteilung
    .developer = Das Entwicklungsteam der App
    .support = Der Support

## The app's request is not in order.

untrusted-app = Dieser Anmeldelink funktioniert nicht
    .explanation = Die App, die Sie hierher geschickt hat, kennen wir nicht, oder sie ist abgeschaltet.
    .developer = kann die client_id prüfen.
untrusted-document = Dieser Anmeldelink funktioniert nicht
    .explanation = Die App, die Sie hierher geschickt hat, beschreibt sich an einer eigenen Adresse, und dort liegt keine Beschreibung, die wir verwenden können.
    .developer = kann das client ID metadata document an der client_id prüfen: wer es lesen darf, seine Form und was es sagt.
untrusted-address = Dieser Anmeldelink funktioniert nicht
    .explanation = Die App, die Sie hierher geschickt hat, möchte die Antwort an eine Adresse, die nicht für sie registriert ist.
    .developer = kann die redirect_uri registrieren, Zeichen für Zeichen.
untrusted-request = Dieser Anmeldelink funktioniert nicht
    .explanation = Die Anmeldeanfrage der App war zu lange unterwegs, oder sie wurde schon beantwortet.
    .developer = kann für jede Anmeldung eine neue Anfrage hinterlegen.
unsolicited = Dieser Anmeldelink funktioniert nicht
    .explanation = Das Portal Ihres Unternehmens hat eine fertige Anmeldung geschickt, um die hier niemand gebeten hatte. So etwas wird nie angenommen.
    .it-team = kann die App dort auf „Redirect to app to initiate login (OIDC Compliant)“ stellen, mit der Startadresse von uns.
unanswerable = Sie können nicht zur App zurückgebracht werden
    .explanation = Die App möchte ihre Antworten verschlüsselt, aber dafür gibt es keinen Schlüssel.
    .developer = kann an der registrierten jwks_uri einen öffentlichen Schlüssel veröffentlichen.
unreadable = Dieser Anmeldelink funktioniert nicht
    .explanation = Die App, die Sie hierher geschickt hat, hat eine Anfrage gesendet, die sich nicht lesen lässt.
    .developer = kann jeden Parameter einmal und als einfachen Text senden.
app-gone = Diese App kann zurzeit nicht genutzt werden
    .explanation = Die App wurde geändert, während Sie sich angemeldet haben.
    .you = können zur App zurückgehen und neu beginnen.

## The sign-in is not where it should be.

expired = Diese Anmeldung ist abgelaufen
    .explanation = Sie hat zu lange gedauert, oder sie wurde in einem anderen Browser begonnen. Mit Ihrem Konto ist nichts geschehen.
    .you = können zur App zurückgehen und neu beginnen.
finished = Diese Anmeldung ist bereits abgeschlossen
    .explanation = Die Seite wurde zweimal geöffnet.
    .you = können zur App zurückgehen. Wenn Sie dort noch nicht angemeldet sind, beginnen Sie neu.

## The company's sign-in did not sign the person in.

not-signed-in = Wir konnten Sie nicht anmelden
other-sign-in = { not-signed-in }
    .explanation = Die Antwort Ihres Unternehmens gehört zu einer anderen Anmeldung als der in diesem Fenster.
    .you = können es erneut versuchen.
too-late = { not-signed-in }
    .explanation = Sie waren zu lange weg, deshalb ist diese Anmeldung abgelaufen.
    .you = können es erneut versuchen.
not-in-use = { not-signed-in }
    .explanation = Die Anmeldung Ihres Unternehmens ist zurzeit nicht in Betrieb.
    .it-team = kann die Verbindung zur Anmeldung Ihres Unternehmens prüfen; die Referenz unten führt zur Ursache.
connection-changed = { not-signed-in }
    .explanation = Ihr Unternehmen hat seine Anmeldung geändert, während Sie sich angemeldet haben.
    .you = können es erneut versuchen.
cancelled = { not-signed-in }
    .explanation = Die Anmeldung wurde abgebrochen, oder Ihr Unternehmen lässt Sie nicht zu.
    .you = können es erneut versuchen.
    .it-team = kann Ihnen dort Zugang geben.
refused = { not-signed-in }
    .explanation = Ihr Unternehmen hat Sie nicht angemeldet.
    .you = können es erneut versuchen.
refused-for-now = { not-signed-in }
    .explanation = { refused.explanation }
    .you = können eine Minute warten und es erneut versuchen.
refused-by-setup = { not-signed-in }
    .explanation = { refused.explanation }
    .it-team = { not-in-use.it-team }
proof-too-old = { not-signed-in }
    .explanation = Die App möchte, dass Sie neu beweisen, wer Sie sind, und Ihr Unternehmen hat Sie nicht danach gefragt.
    .you = können es erneut versuchen.
not-sure-enough = { not-signed-in }
    .explanation = { $app } lässt niemanden ohne einen zweiten Nachweis ein, und Ihre Anmeldung hat keinen bestätigt.
    .you = können es erneut mit einem zweiten Faktor versuchen, etwa einer Authenticator-App oder einem Sicherheitsschlüssel.
    .it-team = kann für diese Anmeldung mehrere Faktoren verlangen und uns davon berichten lassen (amr oder acr).
profile-too-large = { not-signed-in }
    .explanation = Ihr Unternehmen teilt bei der Anmeldung mehr über Sie mit, als wir aufnehmen können.
    .it-team = { not-in-use.it-team }
lost-track = { not-signed-in }
    .explanation = Der Zusammenhang zwischen dieser Anmeldung und der bei Ihrem Unternehmen ist verloren gegangen.
    .you = können es erneut versuchen.
bad-answer = { not-signed-in }
    .explanation = Die Anmeldung Ihres Unternehmens hat eine Antwort gegeben, die wir nicht annehmen können.
    .it-team = { not-in-use.it-team }
no-answer = { not-signed-in }
    .explanation = Die Anmeldung Ihres Unternehmens antwortet gerade nicht so, wie sie sollte.
    .you = können eine Minute warten und es erneut versuchen.
not-set-up = { not-signed-in }
    .explanation = Auf unserer Seite ist etwas nicht so eingerichtet, wie es sein sollte.
    .support = kann die Referenz unten nachschlagen; sie sagt, was nicht stimmt.

## The company's sign-in worked, but the person may not come in.

no-account = Sie haben noch kein Konto
    .explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt, aber in { $app } hat noch niemand ein Konto für Sie angelegt.
    .it-team = kann ein Konto für Sie anlegen oder zulassen, dass Konten bei der ersten Anmeldung entstehen.
not-let-in = Dieses Konto darf { $app } nicht nutzen
    .explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt, aber Ihr Unternehmen lässt nur einige seiner Konten zu, und Ihres gehört nicht dazu.
    .it-team = kann Sie zulassen: Was fehlt, steht im Anmeldeprotokoll zu der Kennung unten.
claim-missing = Die Anmeldung Ihres Unternehmens sagt zu wenig über Sie
    .explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt, aber sie lässt etwas weg, ohne das { $app } nicht auskommt.
    .it-team = kann es hinzufügen: Was fehlt, steht im Anmeldeprotokoll zu der Kennung unten.
not-active = Sie sind bei Ihrem Unternehmen nicht aktiv
    .explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt, aber dort ist vermerkt, dass Sie { $app } zurzeit nicht nutzen dürfen.
    .it-team = kann Ihren Status dort ändern.
address-taken = Es gibt schon ein Konto mit Ihrer E-Mail-Adresse
    .explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt. Doch jemand nutzt { $app } bereits mit Ihrer E-Mail-Adresse, und nichts zeigt uns, dass Sie es sind.
    .it-team = kann Ihre Anmeldung mit diesem Konto verbinden.
not-in-pilot = Sie gehören noch nicht dazu
    .explanation = Ihr Unternehmen probiert eine neue Anmeldung aus, und Sie gehören noch nicht zu denen, die sie nutzen. Mit Ihrem Konto ist nichts geschehen.
    .you = können sich so anmelden wie bisher.
    .it-team = kann Sie teilnehmen lassen.
account-off = Ihr Konto ist abgeschaltet
    .explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt, aber Ihr Konto hier ist abgeschaltet.
    .it-team = kann Ihr Konto wieder einschalten.
app-not-open = Diese App steht Ihrem Unternehmen nicht offen
    .explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt, aber Ihr Unternehmen nutzt { $app } nicht über uns.
    .it-team = kann Zugang zu dieser App beantragen.
somebody-else = Sie haben sich mit einem anderen Konto angemeldet
    .explanation = { $app } hat ein anderes Konto erwartet als das, mit dem Sie sich angemeldet haben.
    .you = können es noch einmal mit dem Konto versuchen, das Sie in der App nutzen.
of-another-company = { somebody-else }
    .explanation = Das Konto, mit dem Sie sich angemeldet haben, gehört nicht zu Ihrem Unternehmen.
    .you = können es noch einmal mit dem Konto Ihres Unternehmens versuchen, notfalls in einem privaten Fenster.

## Signing out.

sign-out-unreadable = Sie sind noch angemeldet
    .explanation = Die Anfrage der App, Sie abzumelden, lässt sich nicht lesen.
    .developer = kann jeden Logout-Parameter einmal und als einfachen Text senden.
sign-out-address = Sie sind noch angemeldet
    .explanation = Die App wollte danach an eine Adresse zurück, die nicht für sie registriert ist.
    .developer = kann die post_logout_redirect_uri registrieren, Zeichen für Zeichen.

## A link from an email.

proof-gone = Dieser Link gilt nicht mehr
    .explanation = Er wurde schon benutzt, er ist zu alt, oder Sie haben einen neueren bekommen.
    .you = können nach einer neueren E-Mail sehen oder auf der Anmeldeseite unter „Können Sie sich nicht anmelden?“ um eine bitten.
    .it-team = kann Sie noch einmal einladen.

## A page for who is signed in.

no-session-here = Sie haben sich hier nicht angemeldet
    .explanation = Diese Seite ist für Menschen, die sich in diesem Browser und vor nicht langer Zeit mit einem Passwort oder Passkey von uns angemeldet haben.
    .you = können eine App öffnen, sich dort auf diesem Weg anmelden und hierher zurückkommen.

## Anything else.

busy = Gerade melden sich zu viele Menschen an
    .explanation = Wir können Ihr Passwort in diesem Augenblick nicht prüfen. Mit Ihrem Konto ist nichts geschehen.
    .you = können eine Minute warten und es noch einmal versuchen.
unavailable = Die Anmeldung ist gerade nicht möglich
    .explanation = Auf unserer Seite funktioniert etwas nicht. Es liegt nicht an Ihnen, und Ihr Konto ist sicher.
    .you = können eine Minute warten und es erneut versuchen.
nothing-here = Hier ist nichts
    .explanation = Die Adresse ist vielleicht veraltet oder falsch geschrieben.
    .you = können zur App zurückgehen und dort neu beginnen.

## The test of a connection.

test-gone = Dieser Test kann nicht ausgeführt werden
    .explanation = Der Link ist abgelaufen, oder er wurde in einem anderen Browser geöffnet.
    .you = können um einen neuen Link bitten.
