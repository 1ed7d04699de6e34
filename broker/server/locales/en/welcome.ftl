### The front page, for people who land here by accident.

welcome = Sign-in for your apps
welcome-explanation = Apps send people here to sign in with their company. There is nothing to do on this page: open your app and sign in from there.
welcome-issuer = Issuer
welcome-developers = For developers
welcome-discovery = Discovery document
welcome-account = How you sign in here
