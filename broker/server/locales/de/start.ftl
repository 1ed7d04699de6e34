### Before an app that nobody vouches for, when a link of ours is to begin a sign-in there.
###
### $app is the app's name, $host where the way leads, such as calendar.example.

start = Weiter zu { $app }?
start-unverified = Niemand hat diese App geprüft, und ihren Namen hat sie selbst gewählt. Der Weg führt zu { $host }. Wenn Sie diese Adresse nicht kennen, schließen Sie diese Seite.
start-go = Weiter

## The choice of a company’s apps. $company is its name.

start-apps = Apps von { $company }
