### The test of a connection, which administrators make. What it finds is in English, as the catalogue is.
###
### $connection is the connection's title, $tenant the company, $name the person, $method a way of client
### authentication, $milliseconds how long something took.

test = Test von { $connection }
test-explanation = Hier wird der ganze Weg einer Anmeldung für { $tenant } ausprobiert: zum Identitätsanbieter und zurück. Es wird nichts angelegt und niemand angemeldet.
test-told = Wer diesen Link erstellt hat, liest das Ergebnis und damit auch, was der Identitätsanbieter über Sie mitteilt. Der Link gilt 15 Minuten und nur für diesen Browser.
test-start = Test beginnen
test-again = Test wiederholen
test-works = Es funktioniert, und { $name } käme hinein
test-new = Als neue Person: Die erste Anmeldung würde das Konto anlegen.
test-known = Mit dem Konto, das es schon gibt.
test-not-in = Es funktioniert, aber diese Person käme nicht hinein
test-fails = Es funktioniert noch nicht
test-works-with = Der Identitätsanbieter nimmt dasselbe Geheimnis mit { $method } an: Stellen Sie die Client-Authentisierung der Verbindung darauf um.
test-who-person = Wer sich anmeldet, kann es beheben
test-who-administrator = Die Administration des Identitätsanbieters oder dieser Verbindung kann es beheben
test-who-developer = Die Entwicklung der App kann es beheben
test-who-operator = Der Betrieb dieses Dienstes kann es beheben
test-who-provider = Der Identitätsanbieter muss es beheben; versuchen Sie es später noch einmal
test-said = Der Identitätsanbieter meldete:
test-steps = Was geschah
test-done = Erledigt
test-failed = Gescheitert
test-not-reached = Nicht erreicht
test-took = { $milliseconds } ms
test-checks = Was das ID-Token über sich sagt
test-name = Bezeichnung
test-expected = Erwartet
test-received = Erhalten
test-fields = Was wir verstanden haben
test-field = Feld
test-became = Ergebnis
test-filled = übernommen
test-missing = nicht mitgeteilt
test-left-out = nicht zu gebrauchen
test-claims = Was der Identitätsanbieter mitteilt
test-claim = Angabe (Claim)
test-from = Aus
test-type = Typ
test-value = Wert
test-stuck = Hängen Sie auf einer Seite des Identitätsanbieters fest?
test-paste = Fügen Sie den Code oder die Meldung ein, die dort steht
test-explain = Erklären
test-unknown = Diesen Text kennt hier niemand. Fügen Sie die ganze Meldung ein.
