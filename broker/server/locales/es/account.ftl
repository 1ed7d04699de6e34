### The page on which people decide how they sign in at doorward itself.
###
### $tenant is the person's company, $name what they call a passkey, $created and $used are days.

account = Cómo inicia sesión en { $tenant }
account-wrong = No ha funcionado: la contraseña no es correcta o la llave de acceso no se ha aceptado. No ha cambiado nada.
account-signs-out = Lo que cambie aquí cierra su sesión en todas partes, por seguridad.
account-passkeys = Llaves de acceso
account-passkeys-explanation = Con una llave de acceso inicia sesión con su huella, su cara o un PIN, en su propio dispositivo y sin contraseña. Nadie puede sonsacársela.
account-passkey-add = Añadir una llave de acceso
account-passkey-used = Añadida el { $created }, usada por última vez el { $used }
account-passkey-unused = Añadida el { $created }, aún no usada
account-passkey-remove = Quitar
account-passkey-remove-named = Quitar { $name }
account-authenticator-add = Añadir una aplicación de autenticación
account-authenticator-remove = Quitar la aplicación de autenticación
account-password-current = Su contraseña actual

## A new passkey.

new-passkey = Añadir una llave de acceso
new-passkey-explanation = Su navegador le preguntará qué dispositivo guarda la llave de acceso para { $tenant }.
new-passkey-name = Nombre de la llave de acceso
new-passkey-name-hint = Para que la reconozca, por ejemplo «Mi teléfono».
new-passkey-continue = Crear la llave de acceso
new-passkey-none = Su navegador no ha creado ninguna llave de acceso. Inténtelo otra vez o use otro dispositivo.
new-passkey-scripts = Si no puede escribir nada aquí, su navegador no conoce las llaves de acceso o no ejecuta scripts.
