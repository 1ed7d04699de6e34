### The question whether an app may have a person's data.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

consent = ¿Permitir que { $app } acceda a sus datos?
consent-person = Ha iniciado sesión como { $person } de { $tenant }. { $app } desea:
consent-nobody = Ha iniciado sesión en { $tenant }. { $app } desea:

## What an app may ask for; each continues "would like to".

consent-openid = Saber que es usted
consent-profile = Ver su nombre y su perfil
consent-email = Ver su dirección de correo electrónico
consent-groups = Ver sus grupos, roles y sedes en su empresa
consent-offline = Conservar este acceso en su ausencia, hasta que usted o su empresa lo retiren
# $scope is the technical name of a permission that only the app knows.
consent-other = Usar su propio permiso { $scope }

## The answer.

consent-deny = No permitir
consent-allow = Permitir
# $host is where the browser goes next, such as calendar.example.
consent-host = En ambos casos continuará en { $host }. Si no conoce esta dirección, no lo permita.
