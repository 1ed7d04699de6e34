### The test of a connection, which administrators make. What it finds is in English, as the catalogue is.
###
### $connection is the connection's title, $tenant the company, $name the person, $method a way of client
### authentication, $milliseconds how long something took.

test = Prueba de { $connection }
test-explanation = Aquí se prueba todo el camino de un inicio de sesión para { $tenant }: hasta el proveedor de identidad y de vuelta. No se crea nada y nadie inicia sesión.
test-told = Quien creó este enlace lee el resultado, con lo que el proveedor de identidad dice de usted. El enlace vale 15 minutos y solo para este navegador.
test-start = Empezar la prueba
test-again = Repetir la prueba
test-works = Funciona, y { $name } podría entrar
test-new = Como persona nueva: el primer inicio de sesión crearía la cuenta.
test-known = Con la cuenta que ya existe.
test-not-in = Funciona, pero esta persona no podría entrar
test-fails = Todavía no funciona
test-works-with = El proveedor de identidad acepta el mismo secreto con { $method }: cambie a ese modo la autenticación de cliente de la conexión.
test-who-person = Puede corregirlo la persona que inicia sesión
test-who-administrator = Puede corregirlo la administración del proveedor de identidad o de esta conexión
test-who-developer = Pueden corregirlo quienes desarrollan la aplicación
test-who-operator = Puede corregirlo quien opera este servicio
test-who-provider = Debe corregirlo el proveedor de identidad; inténtelo más tarde
test-said = El proveedor de identidad respondió:
test-steps = Lo que ocurrió
test-done = Hecho
test-failed = Falló
test-not-reached = No alcanzado
test-took = { $milliseconds } ms
test-checks = Lo que el token de identidad dice de sí mismo
test-name = Nombre
test-expected = Esperado
test-received = Recibido
test-fields = Lo que hemos entendido
test-field = Campo
test-became = Resultado
test-filled = tomado
test-missing = no comunicado
test-left-out = no se puede usar
test-claims = Lo que dice el proveedor de identidad
test-claim = Dato (claim)
test-from = De
test-type = Tipo
test-value = Valor
test-stuck = ¿Se ha quedado en una página del proveedor de identidad?
test-paste = Pegue el código o el mensaje que aparece allí
test-explain = Explicar
test-unknown = Nadie aquí conoce este texto. Pegue el mensaje completo.
