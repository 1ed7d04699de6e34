### The pages on which a person lets a device in: its code, the question, and the end.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

device-code = Ein Gerät anmelden
device-code-explanation = Geben Sie den Code ein, den Ihr Gerät zeigt. Steht hier schon ein Code, prüfen Sie, ob es derselbe ist.
device-code-label = Code auf Ihrem Gerät
device-code-continue = Weiter
device-code-warning = Hat Ihnen jemand diesen Code geschickt? Dann geben Sie ihn nicht ein: Diese Person könnte Ihr Konto benutzen.

## Why the page is shown again.

device-code-unknown = Mit diesem Code wartet kein Gerät. Prüfen Sie die Zeichen, oder lassen Sie sich vom Gerät einen neuen Code zeigen.
device-code-too-many = Es wurden zu viele falsche Codes eingegeben. Warten Sie eine Minute, und versuchen Sie es erneut.

## The question.

device = Ein Gerät bei { $app } anmelden?
device-explanation = Ein Gerät zeigt diesen Code. Erlauben Sie es nur, wenn Sie das Gerät vor sich haben und der Code derselbe ist:
# $address is where the device asked from, such as 192.0.2.1.
device-address = Die Anfrage kam von der Netzwerkadresse { $address }.
# What the app asks for follows, from consent.ftl.
device-person = Sie sind als { $person } von { $tenant } angemeldet. Auf diesem Gerät würde { $app }:
device-nobody = Sie sind bei { $tenant } angemeldet. Auf diesem Gerät würde { $app }:
device-deny = Nicht erlauben
device-allow = Erlauben

## The end.

device-allowed = Ihr Gerät ist angemeldet
device-allowed-explanation = Gleich sind Sie dort bei { $app } angemeldet. Sie können diese Seite schließen.
device-denied = Das Gerät wurde nicht angemeldet
device-denied-explanation = Es bekommt nichts aus Ihrem Konto. Sie können diese Seite schließen.
