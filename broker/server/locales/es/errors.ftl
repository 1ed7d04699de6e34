### The page for everything that went wrong.
###
### A failure says what happened in a few words, explains it in a sentence or two, and then tells who can
### do what: .you, .it-team, .developer or .support continues the sentence that begins with the name of
### the same attribute of `who`.
###
### $app is the name of the app that sent the person. Words with_underscores are names of the protocol.

error-again = Volver a intentarlo
error-back = Volver a { $app }
error-reference = Referencia
error-reference-hint = Désela al servicio de soporte: le muestra exactamente qué ha ocurrido y no contiene datos personales.

# In bold, before what they can do.
who =
    .you = Usted
    .it-team = Su departamento de informática
    .developer = El equipo que desarrolla la aplicación
    .support = El servicio de soporte

## The app's request is not in order.

untrusted-app = Este enlace de inicio de sesión no funciona
    .explanation = No conocemos la aplicación de la que viene, o está desactivada.
    .developer = puede comprobar el client_id.
untrusted-document = Este enlace de inicio de sesión no funciona
    .explanation = La aplicación de la que viene se describe en una dirección propia, y allí no hay ninguna descripción que podamos usar.
    .developer = puede comprobar el client ID metadata document en su client_id: quién puede leerlo, su forma y lo que dice.
untrusted-address = Este enlace de inicio de sesión no funciona
    .explanation = La aplicación de la que viene pide la respuesta en una dirección que no tiene registrada.
    .developer = puede registrar la redirect_uri, carácter por carácter.
untrusted-request = Este enlace de inicio de sesión no funciona
    .explanation = La petición de inicio de sesión de la aplicación tardó demasiado en llegar, o ya fue respondida.
    .developer = puede depositar una petición nueva para cada inicio de sesión.
unsolicited = Este enlace de inicio de sesión no funciona
    .explanation = El portal de su empresa envió un inicio de sesión ya terminado que nadie había pedido aquí. Eso no se acepta nunca.
    .it-team = puede poner allí la aplicación en «Redirect to app to initiate login (OIDC Compliant)», con la dirección de inicio que dimos.
unanswerable = No se le puede devolver a la aplicación
    .explanation = La aplicación pide respuestas cifradas, pero no hay ninguna clave para ello.
    .developer = puede publicar una clave pública en la jwks_uri registrada.
unreadable = Este enlace de inicio de sesión no funciona
    .explanation = La aplicación de la que viene envió una petición que no se puede leer.
    .developer = puede enviar cada parámetro una sola vez y como texto sin formato.
app-gone = Esta aplicación no se puede usar en este momento
    .explanation = La aplicación se modificó mientras usted iniciaba sesión.
    .you = puede volver a la aplicación y empezar de nuevo.

## The sign-in is not where it should be.

expired = Este inicio de sesión ha caducado
    .explanation = Tardó demasiado o se comenzó en otro navegador. A su cuenta no le ha pasado nada.
    .you = puede volver a la aplicación y empezar de nuevo.
finished = Este inicio de sesión ya ha terminado
    .explanation = La página se abrió dos veces.
    .you = puede volver a la aplicación. Si aún no ha entrado en ella, empiece de nuevo.

## The company's sign-in did not sign the person in.

not-signed-in = No hemos podido iniciar su sesión
other-sign-in = { not-signed-in }
    .explanation = La respuesta de su empresa pertenece a otro inicio de sesión, no al de esta ventana.
    .you = puede volver a intentarlo.
too-late = { not-signed-in }
    .explanation = Ha pasado demasiado tiempo y este inicio de sesión ha caducado.
    .you = puede volver a intentarlo.
not-in-use = { not-signed-in }
    .explanation = El inicio de sesión de su empresa no está en servicio en este momento.
    .it-team = puede revisar la conexión con el inicio de sesión de su empresa; la referencia de abajo lleva a la causa.
connection-changed = { not-signed-in }
    .explanation = Su empresa cambió su inicio de sesión mientras usted lo usaba.
    .you = puede volver a intentarlo.
cancelled = { not-signed-in }
    .explanation = El inicio de sesión se canceló, o su empresa no le permite entrar.
    .you = puede volver a intentarlo.
    .it-team = puede darle acceso allí.
refused = { not-signed-in }
    .explanation = El inicio de sesión en su empresa no se completó.
    .you = puede volver a intentarlo.
refused-for-now = { not-signed-in }
    .explanation = { refused.explanation }
    .you = puede esperar un minuto y volver a intentarlo.
refused-by-setup = { not-signed-in }
    .explanation = { refused.explanation }
    .it-team = { not-in-use.it-team }
proof-too-old = { not-signed-in }
    .explanation = La aplicación quiere que demuestre de nuevo quién es, y su empresa no se lo pidió.
    .you = puede volver a intentarlo.
not-sure-enough = { not-signed-in }
    .explanation = { $app } no admite a nadie sin una segunda prueba de identidad, y su inicio de sesión no confirmó ninguna.
    .you = puede volver a intentarlo con un segundo factor, como una aplicación de autenticación o una llave de seguridad.
    .it-team = puede exigir varios factores para este inicio de sesión y hacer que se nos comunique (amr o acr).
profile-too-large = { not-signed-in }
    .explanation = El inicio de sesión de su empresa comunica más datos sobre usted de los que podemos guardar.
    .it-team = { not-in-use.it-team }
lost-track = { not-signed-in }
    .explanation = Se ha perdido la relación entre este inicio de sesión y el de su empresa.
    .you = puede volver a intentarlo.
bad-answer = { not-signed-in }
    .explanation = El inicio de sesión de su empresa dio una respuesta que no podemos aceptar.
    .it-team = { not-in-use.it-team }
no-answer = { not-signed-in }
    .explanation = El inicio de sesión de su empresa no responde como debería en este momento.
    .you = puede esperar un minuto y volver a intentarlo.
not-set-up = { not-signed-in }
    .explanation = Por nuestra parte, algo no está configurado como debería.
    .support = puede buscar la referencia de abajo; indica qué es lo que falla.

## The company's sign-in worked, but the person may not come in.

no-account = Todavía no tiene una cuenta
    .explanation = El inicio de sesión en su empresa funcionó, pero nadie ha creado una cuenta para usted en { $app }.
    .it-team = puede crearle una cuenta, o permitir que las cuentas se creen en el primer inicio de sesión.
not-let-in = Esta cuenta no puede usar { $app }
    .explanation = El inicio de sesión en su empresa funcionó, pero su empresa admite solo algunas de sus cuentas, y la suya no está entre ellas.
    .it-team = puede admitirle: el registro de inicio de sesión de la referencia de abajo dice qué falta.
claim-missing = El inicio de sesión de su empresa no dice lo suficiente sobre usted
    .explanation = El inicio de sesión en su empresa funcionó, pero omite algo de lo que { $app } no puede prescindir.
    .it-team = puede añadirlo: el registro de inicio de sesión de la referencia de abajo dice qué falta.
not-active = Usted no está activo en su empresa
    .explanation = El inicio de sesión en su empresa funcionó, pero allí consta que por ahora no puede usar { $app }.
    .it-team = puede cambiar su estado allí.
address-taken = Ya existe una cuenta con su dirección de correo
    .explanation = El inicio de sesión en su empresa funcionó. Pero alguien ya usa { $app } con su dirección de correo, y nada nos dice que sea usted.
    .it-team = puede conectar su inicio de sesión con esa cuenta.
not-in-pilot = Usted aún no participa
    .explanation = Su empresa está probando una nueva forma de iniciar sesión, y usted aún no participa. A su cuenta no le ha pasado nada.
    .you = puede iniciar sesión como antes.
    .it-team = puede hacer que participe.
account-off = Su cuenta está desactivada
    .explanation = El inicio de sesión en su empresa funcionó, pero su cuenta aquí está desactivada.
    .it-team = puede volver a activar su cuenta.
app-not-open = Esta aplicación no está abierta a su empresa
    .explanation = El inicio de sesión en su empresa funcionó, pero su empresa no utiliza { $app } a través de nosotros.
    .it-team = puede solicitar acceso a esta aplicación.
somebody-else = Ha iniciado sesión con otra cuenta
    .explanation = { $app } esperaba una cuenta distinta de la que usted ha usado.
    .you = puede volver a intentarlo con la cuenta que usa en la aplicación.
of-another-company = { somebody-else }
    .explanation = La cuenta que ha usado no es de su empresa.
    .you = puede volver a intentarlo con la cuenta de su empresa, si hace falta en una ventana privada.

## Signing out.

sign-out-unreadable = Su sesión sigue abierta
    .explanation = La petición de la aplicación para cerrar su sesión no se puede leer.
    .developer = puede enviar cada parámetro de cierre de sesión una sola vez y como texto sin formato.
sign-out-address = Su sesión sigue abierta
    .explanation = La aplicación pidió volver a una dirección que no tiene registrada.
    .developer = puede registrar la post_logout_redirect_uri, carácter por carácter.

## A link from an email.

proof-gone = Este enlace ya no es válido
    .explanation = Ya se ha usado, es demasiado antiguo o se le ha enviado uno más reciente.
    .you = puede buscar un correo más reciente o pedir uno con «¿No puede iniciar sesión?» en la página de inicio de sesión.
    .it-team = puede enviarle otra invitación.

## A page for who is signed in.

no-session-here = No ha iniciado sesión aquí
    .explanation = Esta página es para quienes han iniciado sesión con una contraseña o una llave de acceso nuestra, en este navegador y hace poco.
    .you = puede abrir una aplicación, iniciar sesión en ella de esa forma y volver a esta página.

## Anything else.

busy = Hay demasiadas personas iniciando sesión en este momento
    .explanation = Ahora mismo no podemos comprobar su contraseña. A su cuenta no le ha pasado nada.
    .you = puede esperar un minuto e intentarlo de nuevo.
unavailable = En este momento no es posible iniciar sesión
    .explanation = Por nuestra parte, algo no funciona. No es culpa suya y su cuenta está a salvo.
    .you = puede esperar un minuto y volver a intentarlo.
nothing-here = Aquí no hay nada
    .explanation = Puede que la dirección sea antigua o esté mal escrita.
    .you = puede volver a la aplicación y empezar de nuevo desde ella.

## The test of a connection.

test-gone = Esta prueba no se puede ejecutar
    .explanation = Su enlace ya no vale, o se abrió en otro navegador.
    .you = puede pedir un enlace nuevo.
