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
consent-address = See your postal address
consent-phone = See your phone number
consent-groups = See your groups, roles and sites at your company
consent-offline = Keep this access while you are away, until you or your company end it
# $resource is the address of something that the app works with for the person, such as https://files.example/.
consent-resource = Act for you at { $resource }
# $scope is the technical name of a permission that only the app knows.
consent-other = Use its own permission { $scope }

## Who the app is.

# It registered itself.
consent-unverified = Nobody has checked this app, and it chose its own name. Allow it only if you came here from it yourself.
# $host is where the app's description of itself lies, such as calendar.example.
consent-published = Nobody has checked this app. It comes from { $host }; its name and picture are what that address says.
# Both are links to pages of the app's.
consent-policy = Privacy policy
consent-terms = Terms of service

## The answer.

consent-deny = Don’t allow
consent-allow = Allow
# $host is where the browser goes next, such as calendar.example.
consent-host = Either way you go on to { $host }. If you do not know this address, don’t allow it.
consent-this-device = Either way you go on to a program on this device. If you did not start it yourself just now, don’t allow it.
