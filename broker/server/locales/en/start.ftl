### Before an app that nobody vouches for, when a link of ours is to begin a sign-in there.
###
### $app is the app's name, $host where the way leads, such as calendar.example.

start = Go on to { $app }?
start-unverified = Nobody has checked this app, and it chose its own name. The way leads to { $host }. If you do not know this address, close this page.
start-go = Go on

## The choice of a company’s apps. $company is its name.

start-apps = Apps of { $company }
