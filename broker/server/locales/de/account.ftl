### The page on which people decide how they sign in at doorward itself.
###
### $tenant is the person's company, $name what they call a passkey, $created and $used are days.

account = Wie Sie sich bei { $tenant } anmelden
account-wrong = Das ging nicht: Das Passwort stimmt nicht, oder der Passkey wurde nicht angenommen. Es wurde nichts geändert.
account-signs-out = Was Sie hier ändern, meldet Sie sicherheitshalber überall ab.
account-passkeys = Ihre Passkeys
account-passkeys-explanation = Mit einem Passkey melden Sie sich durch Fingerabdruck, Gesicht oder PIN an, auf Ihrem eigenen Gerät und ohne Passwort. Niemand kann ihn Ihnen ablisten.
account-passkey-add = Passkey hinzufügen
account-passkey-used = Hinzugefügt am { $created }, zuletzt benutzt am { $used }
account-passkey-unused = Hinzugefügt am { $created }, noch nicht benutzt
account-passkey-remove = Entfernen
account-passkey-remove-named = { $name } entfernen
account-authenticator-add = Authentifizierungs-App hinzufügen
account-authenticator-remove = Authentifizierungs-App entfernen
account-password-current = Ihr jetziges Passwort

## A new passkey.

new-passkey = Passkey hinzufügen
new-passkey-explanation = Ihr Browser wird fragen, welches Gerät den Passkey für { $tenant } aufbewahrt.
new-passkey-name = Name des Passkeys
new-passkey-name-hint = Damit Sie ihn wiedererkennen, zum Beispiel „Mein Telefon“.
new-passkey-continue = Passkey erstellen
new-passkey-none = Ihr Browser hat keinen Passkey erstellt. Versuchen Sie es noch einmal, oder nehmen Sie ein anderes Gerät.
new-passkey-scripts = Wenn Sie hier nichts eingeben können, kennt Ihr Browser keine Passkeys oder führt keine Skripte aus.
