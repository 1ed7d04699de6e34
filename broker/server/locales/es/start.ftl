### Before an app that nobody vouches for, when a link of ours is to begin a sign-in there.
###
### $app is the app's name, $host where the way leads, such as calendar.example.

start = ¿Continuar a { $app }?
start-unverified = Nadie ha comprobado esta aplicación, y ella misma eligió su nombre. El camino lleva a { $host }. Si no conoce esta dirección, cierre esta página.
start-go = Continuar

## The choice of a company’s apps. $company is its name.

start-apps = Aplicaciones de { $company }
