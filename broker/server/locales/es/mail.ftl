### Letters, in plain text.
###
### $tenant is the person's company, $link an address on this server, $code a code to be typed.

mail-invitation-subject = Su cuenta en { $tenant }
mail-invitation =
    Buenos días:

    { $tenant } le ha creado una cuenta. Elija aquí su contraseña, en un plazo de tres días:

    { $link }

    Si no lo esperaba, no tiene que hacer nada.
mail-reset-subject = Una contraseña nueva para { $tenant }
mail-reset =
    Buenos días:

    alguien, probablemente usted, no puede iniciar sesión en { $tenant }. Elija aquí una contraseña nueva, en un plazo de media hora:

    { $link }

    O escriba este código donde se lo han pedido: { $code }

    Si no ha sido usted, no tiene que hacer nada: su contraseña sigue igual.
mail-verification-subject = ¿Es esta su dirección de correo?
mail-verification =
    Buenos días:

    { $tenant } le conoce por esta dirección de correo. Confirme aquí que es suya, en un plazo de un día:

    { $link }

    Si no conoce { $tenant }, no tiene que hacer nada.
mail-address-code-subject = Su código para { $tenant }
mail-address-code =
    Buenos días:

    alguien, probablemente usted, inicia sesión en { $tenant } con esta dirección de correo. Escriba este código donde se le pidió, antes de un cuarto de hora: { $code }

    Si no fue usted, no dé el código a nadie. No tiene que hacer nada más.
mail-password-changed-subject = Su contraseña ha cambiado
mail-password-changed =
    Buenos días:

    su contraseña en { $tenant } acaba de cambiar y se ha cerrado su sesión en todas partes.

    Si no ha sido usted, elija enseguida una contraseña nueva («¿No puede iniciar sesión?» en la página de inicio de sesión) y avise a su empresa.
mail-sign-in-changed-subject = Su forma de iniciar sesión ha cambiado
mail-sign-in-changed =
    Buenos días:

    su segundo factor, sus códigos de recuperación o sus claves de acceso en { $tenant } acaban de cambiar.

    Si no ha sido usted, elija enseguida una contraseña nueva («¿No puede iniciar sesión?» en la página de inicio de sesión) y avise a su empresa.
mail-retreated-subject = El inicio de sesión único en { $tenant } ya no es obligatorio
# $connection is what people read on the button that leads there.
mail-retreated =
    Buenos días:

    la mayoría de los inicios de sesión por «{ $connection }» en { $tenant } fallaron por su configuración. Para que nadie se quede fuera, ya no es la única forma de iniciar sesión: se puede iniciar sesión como antes.

    Su administrador encuentra las causas en los registros de inicio de sesión y puede volver a hacerlo obligatorio en cuanto funcione.
mail-recovery-code-subject = Se ha usado un código de recuperación
# $left is a number.
mail-recovery-code =
    Buenos días:

    con uno de sus códigos de recuperación se acaba de iniciar sesión en { $tenant }. Quedan: { $left }.

    Si no ha sido usted, elija enseguida una contraseña nueva («¿No puede iniciar sesión?» en la página de inicio de sesión) y avise a su empresa.
