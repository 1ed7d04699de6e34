### The sign-in page, and the choice between several ways to sign in.
###
### $app is the name of the app that sent the person.

sign-in = Iniciar sesión
sign-in-app = Iniciar sesión en { $app }
sign-in-label = Correo electrónico del trabajo o código de empresa
sign-in-continue = Continuar
sign-in-cancel = Cancelar
sign-in-next = A continuación, es posible que su empresa le pida que inicie sesión en su propia página.
sign-in-password = Iniciar sesión con una contraseña

## Where the browser belongs, offered before anything is asked. $title is what the way in is called, such as Acme staff.

sign-in-offer = Continuar con { $title }
sign-in-somebody-else = Otra persona
sign-in-forget = ¿No es usted, o es otra empresa? Olvidar esta

## Why the page is shown again.

sign-in-empty = Escriba su correo electrónico del trabajo o el código que le dio su empresa.
sign-in-unknown = No hemos encontrado ninguna empresa. Compruebe la ortografía o pregunte a su departamento de informática cómo iniciar sesión.
sign-in-not-ready = Su empresa ya figura aquí, pero su inicio de sesión aún no está listo. Pregunte a su departamento de informática cuándo lo estará.
sign-in-not-this-app = Su empresa no utiliza esta aplicación a través de nosotros. Solicite acceso a su departamento de informática.

## The choice between several ways.

choose = Elija cómo iniciar sesión
choose-explanation = Puede iniciar sesión de varias maneras.
choose-explanation-app = Puede iniciar sesión en { $app } de varias maneras.
choose-hint = ¿Tiene dudas? Elija la que utiliza para el correo electrónico del trabajo.
