### The page on which people decide how they sign in at doorward itself.
###
### $tenant is the person's company, $name what they call a passkey, $created and $used are days.

account = Comment vous vous connectez à { $tenant }
account-wrong = Cela n’a pas marché : le mot de passe est faux, ou la clé d’accès n’a pas été acceptée. Rien n’a changé.
account-signs-out = Tout ce que vous changez ici vous déconnecte partout, par sécurité.
account-passkeys = Clés d’accès
account-passkeys-explanation = Avec une clé d’accès, vous vous connectez par empreinte, visage ou code PIN, sur votre propre appareil et sans mot de passe. Personne ne peut vous la soutirer.
account-passkey-add = Ajouter une clé d’accès
account-passkey-used = Ajoutée le { $created }, utilisée pour la dernière fois le { $used }
account-passkey-unused = Ajoutée le { $created }, pas encore utilisée
account-passkey-remove = Retirer
account-passkey-remove-named = Retirer { $name }
account-authenticator-add = Ajouter une application d’authentification
account-authenticator-remove = Retirer l’application d’authentification
account-password-current = Votre mot de passe actuel

## A new passkey.

new-passkey = Ajouter une clé d’accès
new-passkey-explanation = Votre navigateur vous demandera quel appareil garde la clé d’accès pour { $tenant }.
new-passkey-name = Nom de la clé d’accès
new-passkey-name-hint = Pour la reconnaître, par exemple « Mon téléphone ».
new-passkey-continue = Créer la clé d’accès
new-passkey-none = Votre navigateur n’a créé aucune clé d’accès. Réessayez, ou prenez un autre appareil.
new-passkey-scripts = Si rien ne peut être saisi ici, votre navigateur ne connaît pas les clés d’accès ou n’exécute pas de scripts.
