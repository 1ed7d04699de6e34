### The pages on which a person lets a device in: its code, the question, and the end.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

device-code = Permitir un dispositivo
device-code-explanation = Escriba el código que muestra su dispositivo. Si ya hay un código aquí, compruebe que sea el mismo.
device-code-label = Código de su dispositivo
device-code-continue = Continuar
device-code-warning = ¿Alguien le ha enviado este código? Entonces no lo escriba: esa persona podría usar su cuenta.

## Why the page is shown again.

device-code-unknown = Ningún dispositivo espera con este código. Compruebe los caracteres o pida al dispositivo un código nuevo.
device-code-too-many = Se han escrito demasiados códigos incorrectos. Espere un minuto y vuelva a intentarlo.

## The question.

device = ¿Permitir un dispositivo en { $app }?
device-explanation = Un dispositivo muestra este código. Permítalo solo si lo tiene delante y el código es el mismo:
# $address is where the device asked from, such as 192.0.2.1.
device-address = La petición vino de la dirección de red { $address }.
# What the app asks for follows, from consent.ftl.
device-person = Ha iniciado sesión como { $person } de { $tenant }. En este dispositivo, { $app } podría:
device-nobody = Ha iniciado sesión en { $tenant }. En este dispositivo, { $app } podría:
device-deny = No permitir
device-allow = Permitir

## The end.

device-allowed = Su dispositivo está permitido
device-allowed-explanation = En un momento, la sesión de { $app } estará abierta en él. Puede cerrar esta página.
device-denied = El dispositivo no se ha permitido
device-denied-explanation = No obtiene nada de su cuenta. Puede cerrar esta página.
