### Signing in at doorward itself: name and password, the second factor, and what helps when they are lost.
###
### $app is the app's name, $tenant the person's company, $login what the person types as their name.

password = Iniciar sesión en { $app }
password-login = Correo electrónico o nombre de usuario
password-login-hint = Después del nombre de usuario va su código de empresa, por ejemplo kim@acme, salvo que ya lo haya escrito antes.
password-label = Contraseña
password-continue = Iniciar sesión
password-wrong = El nombre o la contraseña no son correctos. Compruebe ambos o elija abajo una contraseña nueva.
password-reset = ¿No puede iniciar sesión?
password-other = Iniciar sesión de otra manera
# $seconds is a number.
local-too-soon = Ha habido demasiados intentos. Podrá volver a intentarlo dentro de { $seconds } segundos; o elija una contraseña nueva por correo, lo que es posible de inmediato.

## Passkeys, on the sign-in pages.

passkey-use = Iniciar sesión con una llave de acceso
passkey-none = Su navegador no nos ha dado ninguna llave de acceso. Inténtelo otra vez o inicie sesión de otra manera.
passkey-wrong = Esta llave de acceso no sirve aquí, o ya no. Inicie sesión con su contraseña o con otra llave de acceso.

## The second factor.

second-factor = Confirme que es usted
second-factor-explanation = Escriba el código de su aplicación de autenticación para iniciar sesión en { $app }.
second-factor-either = Use su llave de acceso para iniciar sesión en { $app }, o escriba el código de su aplicación de autenticación.
second-factor-passkey = Use su llave de acceso para iniciar sesión en { $app }. Si no la tiene a mano, escriba uno de sus códigos de recuperación; cada uno sirve una vez.
second-factor-label = Código
second-factor-recovery-label = Código de recuperación
second-factor-continue = Iniciar sesión
second-factor-wrong = Este código no es correcto o ya se ha usado. Espere al siguiente e inténtelo de nuevo.
second-factor-recovery = ¿No tiene la aplicación a mano? Escriba uno de sus códigos de recuperación. Cada uno sirve una sola vez.

## The first page for somebody who cannot sign in.

reset = ¿No puede iniciar sesión?
reset-explanation = Díganos quién es. Si tiene aquí una cuenta con contraseña, le enviamos un correo.
reset-continue = Enviar el correo
reset-company = Si inicia sesión con su empresa, pregunte a su departamento de informática: su contraseña está allí y no aquí.

## The page for a new password.

choose-password = Elija una contraseña nueva
choose-password-explanation = Será la contraseña de { $login }.
choose-password-mailed = Si existe una cuenta para { $login }, va un correo en camino. Escriba aquí el código del correo o siga su enlace.
choose-password-code = Código del correo
choose-password-label = Contraseña nueva
choose-password-rules = Al menos 12 caracteres. Unas cuantas palabras que solo para usted van juntas son fáciles de recordar y difíciles de adivinar.
choose-password-continue = Guardar la contraseña
choose-password-short = Esta contraseña es demasiado corta. Use al menos 12 caracteres.
choose-password-long = Esta contraseña es demasiado larga. Use como máximo 256 caracteres.
choose-password-common = Esta contraseña es fácil de adivinar. Evite nombres, años y filas de teclas, o añada más palabras.
choose-password-wrong-code = Este código no es válido, o ya no lo es. Compruébelo o pida otro correo.
choose-password-too-many = Se han escrito demasiados códigos incorrectos. Espere un poco y pida otro correo.
invitation = Le damos la bienvenida
invitation-explanation = { $tenant } le ha creado una cuenta. Elija la contraseña con la que iniciará sesión.

## An address that is to be confirmed.

verify = Confirme su dirección de correo
# $email is the address.
verify-explanation = ¿Es { $email } su dirección de correo?
verify-continue = Sí, es la mía

## What is done.

done-password = Su contraseña está guardada
done-password-here = Inicie sesión ahora en { $tenant } con ella.
done-password-explanation = Inicie sesión en { $tenant } con ella la próxima vez que una aplicación se lo pida.
done-email = Su dirección de correo está confirmada
done-email-explanation = { $tenant } ya sabe que es suya. Puede cerrar esta página.
done-sign-in = Su forma de iniciar sesión ha cambiado
done-sign-in-explanation = Se ha cerrado su sesión en todas partes. Inicie sesión en { $tenant } de la nueva forma cuando una aplicación se lo pida.
done-go-on = Iniciar sesión

## The authenticator app and the recovery codes.

authenticator = Aplicación de autenticación
authenticator-explanation = Para estar seguro en { $tenant } aunque alguien conozca su contraseña, añada esta clave a una aplicación de autenticación. Escriba después el código que muestra.
authenticator-picture = La clave como código QR, para la cámara de su aplicación de autenticación
authenticator-there = Usted usa una aplicación de autenticación en { $tenant }. Para quitarla, escriba uno de sus códigos.
authenticator-wrong = La contraseña o el código no son correctos. Compruebe ambos e inténtelo de nuevo.
authenticator-add = Añadir la aplicación
authenticator-remove = Quitar la aplicación
recovery-codes = Sus códigos de recuperación
recovery-codes-explanation = Guarde estos códigos de { $tenant } lejos de su dispositivo: cada uno le deja entrar una vez sin la aplicación. Solo se muestran ahora.
recovery-codes-signed-out = Se ha cerrado su sesión en todas partes. Vuelva a iniciarla cuando una aplicación se lo pida.
