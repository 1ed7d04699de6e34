### The front page, for people who land here by accident.

welcome = Inicio de sesión para sus aplicaciones
welcome-explanation = Las aplicaciones envían aquí a las personas para que inicien sesión con su empresa. En esta página no hay nada que hacer: abra su aplicación e inicie sesión desde ella.
welcome-issuer = Emisor (issuer)
welcome-developers = Para el desarrollo
welcome-discovery = Documento de descubrimiento
welcome-account = Cómo inicia sesión aquí
