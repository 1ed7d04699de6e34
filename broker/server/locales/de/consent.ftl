### The question whether an app may have a person's data.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

consent = Zugriff für { $app } erlauben?
consent-person = Sie sind als { $person } von { $tenant } angemeldet. { $app } möchte:
consent-nobody = Sie sind bei { $tenant } angemeldet. { $app } möchte:

## What an app may ask for; each continues "would like to".

consent-openid = Erkennen, dass Sie es sind
consent-profile = Ihren Namen und Ihr Profil sehen
consent-email = Ihre E-Mail-Adresse sehen
consent-address = Ihre Postanschrift sehen
consent-phone = Ihre Telefonnummer sehen
consent-groups = Ihre Gruppen, Rollen und Standorte in Ihrem Unternehmen sehen
consent-offline = Diesen Zugriff auch in Ihrer Abwesenheit behalten, bis Sie oder Ihr Unternehmen ihn beenden
# $resource is the address of something that the app works with for the person, such as https://files.example/.
consent-resource = Für Sie handeln bei { $resource }
# $scope is the technical name of a permission that only the app knows.
consent-other = Eine Berechtigung nutzen, die nur diese App kennt: { $scope }

## Who the app is.

# It registered itself.
consent-unverified = Niemand hat diese App geprüft, und ihren Namen hat sie selbst gewählt. Erlauben Sie es nur, wenn Sie selbst von ihr hierher gekommen sind.
# $host is where the app's description of itself lies, such as calendar.example.
consent-published = Niemand hat diese App geprüft. Sie kommt von { $host }; Name und Bild sind, was diese Adresse angibt.
# Both are links to pages of the app's.
consent-policy = Datenschutzerklärung
consent-terms = Nutzungsbedingungen

## The answer.

consent-deny = Nicht erlauben
consent-allow = Erlauben
# $host is where the browser goes next, such as calendar.example.
consent-host = So oder so geht es weiter zu { $host }. Wenn Sie diese Adresse nicht kennen, erlauben Sie es nicht.
consent-this-device = So oder so geht es weiter zu einem Programm auf diesem Gerät. Wenn Sie es nicht gerade selbst gestartet haben, erlauben Sie es nicht.
