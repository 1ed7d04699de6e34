### Before an app that nobody vouches for, when a link of ours is to begin a sign-in there.
###
### $app is the app's name, $host where the way leads, such as calendar.example.

start = Continuer vers { $app } ?
start-unverified = Personne n’a vérifié cette application, et elle a choisi son nom elle-même. Le chemin mène à { $host }. Si vous ne connaissez pas cette adresse, fermez cette page.
start-go = Continuer

## The choice of a company’s apps. $company is its name.

start-apps = Applications de { $company }
