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
consent-groups = Ihre Gruppen, Rollen und Standorte in Ihrem Unternehmen sehen
consent-offline = Diesen Zugriff auch in Ihrer Abwesenheit behalten, bis Sie oder Ihr Unternehmen ihn beenden
# $scope is the technical name of a permission that only the app knows.
consent-other = Eine Berechtigung nutzen, die nur diese App kennt: { $scope }

## The answer.

consent-deny = Nicht erlauben
consent-allow = Erlauben
# $host is where the browser goes next, such as calendar.example.
consent-host = So oder so geht es weiter zu { $host }. Wenn Sie diese Adresse nicht kennen, erlauben Sie es nicht.
