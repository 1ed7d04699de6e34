### Somebody came from their company's sign-in, and proves that an account or an address is theirs.
###
### $app is the app's name, $address an email address.

prove = Confirme que se trata de usted
prove-explanation = El inicio de sesión en su empresa funcionó. Para continuar a { $app }, confirme que { $address } es su dirección y que una cuenta con ella es suya.
prove-mail = Enviarme un código
prove-mail-again = Enviar otro código
prove-or = ¿Ya tiene una contraseña aquí? Entonces puede escribirla en su lugar.
prove-mailed = Si un código puede confirmarlo, va de camino a { $address }. Escríbalo antes de un cuarto de hora.
prove-code = Código del correo
prove-continue = Confirmar
prove-wrong-password = No es correcto. Compruebe la contraseña o pida que se le envíe un código.
prove-wrong-code = Este código no es válido o ya no lo es. Compruébelo o pida que se le envíe otro.
# $seconds is a number.
prove-too-soon = Ha habido demasiados intentos. Podrá volver a intentarlo dentro de { $seconds } segundos.
