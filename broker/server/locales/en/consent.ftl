### The question whether an app may have a person's data.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

consent = Allow access for { $app }?
consent-person = You are signed in as { $person } of { $tenant }. { $app } would like to:
consent-nobody = You are signed in at { $tenant }. { $app } would like to:

## What an app may ask for; each continues "would like to".

consent-openid = Know that it is you
consent-profile = See your name and profile
consent-email = See your email address
consent-groups = See your groups, roles and sites at your company
consent-offline = Keep this access while you are away, until you or your company end it
# $scope is the technical name of a permission that only the app knows.
consent-other = Use its own permission { $scope }

## The answer.

consent-deny = Don’t allow
consent-allow = Allow
# $host is where the browser goes next, such as calendar.example.
consent-host = Either way you go on to { $host }. If you do not know this address, don’t allow it.
