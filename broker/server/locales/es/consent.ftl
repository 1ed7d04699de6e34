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
consent-address = Ver su dirección postal
consent-phone = Ver su número de teléfono
consent-groups = Ver sus grupos, roles y sedes en su empresa
consent-offline = Conservar este acceso en su ausencia, hasta que usted o su empresa lo retiren
# $resource is the address of something that the app works with for the person, such as https://files.example/.
consent-resource = Actuar en su nombre en { $resource }
# $scope is the technical name of a permission that only the app knows.
consent-other = Usar su propio permiso { $scope }

## Who the app is.

# It registered itself.
consent-unverified = Nadie ha comprobado esta aplicación, y ella misma eligió su nombre. Permítalo solo si usted mismo ha llegado aquí desde ella.
# $host is where the app's description of itself lies, such as calendar.example.
consent-published = Nadie ha comprobado esta aplicación. Viene de { $host }; su nombre y su imagen son lo que dice esa dirección.
# Both are links to pages of the app's.
consent-policy = Política de privacidad
consent-terms = Condiciones del servicio

## The answer.

consent-deny = No permitir
consent-allow = Permitir
# $host is where the browser goes next, such as calendar.example.
consent-host = En ambos casos continuará en { $host }. Si no conoce esta dirección, no lo permita.
consent-this-device = En ambos casos continuará en un programa de este dispositivo. Si no acaba de iniciarlo usted mismo, no lo permita.
