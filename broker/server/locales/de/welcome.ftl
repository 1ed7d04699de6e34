### The front page, for people who land here by accident.

welcome = Anmeldung für Ihre Apps
welcome-explanation = Apps schicken Menschen hierher, damit sie sich über ihr Unternehmen anmelden. Auf dieser Seite ist nichts zu tun: Öffnen Sie Ihre App, und melden Sie sich von dort aus an.
welcome-issuer = Aussteller (Issuer)
welcome-developers = Für die Entwicklung
welcome-discovery = Discovery-Dokument
welcome-account = Wie Sie sich hier anmelden
