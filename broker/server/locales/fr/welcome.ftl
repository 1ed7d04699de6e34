### The front page, for people who land here by accident.

welcome = Connexion à vos applications
welcome-explanation = Les applications envoient ici les personnes qui se connectent avec leur entreprise. Il n’y a rien à faire sur cette page : ouvrez votre application et connectez-vous depuis celle-ci.
welcome-issuer = Émetteur (issuer)
welcome-developers = Pour le développement
welcome-discovery = Document de découverte
welcome-account = Comment vous vous connectez ici
