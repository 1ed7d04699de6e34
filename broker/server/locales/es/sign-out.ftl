### The question before a sign-out, and the page after it.
###
### $app is the name of the app that asked for the sign-out.

sign-out = ¿Cerrar sesión?
sign-out-here = Está a punto de cerrar su sesión aquí. La próxima aplicación que abra le pedirá que inicie sesión de nuevo.
sign-out-app = { $app } pide cerrar su sesión aquí. La próxima aplicación que abra le pedirá que inicie sesión de nuevo.
sign-out-button = Cerrar sesión
sign-out-stay = Para mantener la sesión abierta, cierre esta página.

signed-out = Su sesión está cerrada
signed-out-here = Su sesión está cerrada aquí.
signed-out-app = Su sesión está cerrada aquí, como pidió { $app }.
signed-out-elsewhere = Es posible que siga abierta en la página de inicio de sesión de su empresa y en otras aplicaciones. En un equipo compartido, ciérrela también allí y cierre el navegador.
signed-out-continue = Continuar
