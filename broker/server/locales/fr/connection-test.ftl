### The test of a connection, which administrators make. What it finds is in English, as the catalogue is.
###
### $connection is the connection's title, $tenant the company, $name the person, $method a way of client
### authentication, $milliseconds how long something took.

test = Test de { $connection }
test-explanation = Cette page essaie tout le parcours d’une connexion pour { $tenant } : jusqu’au fournisseur d’identité et retour. Rien n’est créé et personne n’est connecté.
test-told = La personne qui a créé ce lien lit le résultat, avec ce que le fournisseur d’identité dit de vous. Le lien est valable 15 minutes et pour ce navigateur seulement.
test-start = Lancer le test
test-again = Relancer le test
test-works = Cela fonctionne, et { $name } pourrait entrer
test-new = Comme nouvelle personne : la première connexion créerait le compte.
test-known = Avec le compte qui existe déjà.
test-not-in = Cela fonctionne, mais cette personne ne pourrait pas entrer
test-fails = Cela ne fonctionne pas encore
test-works-with = Le fournisseur d’identité accepte le même secret avec { $method } : choisissez cette authentification du client pour la liaison.
test-who-person = La personne qui se connecte peut y remédier
test-who-administrator = L’administration du fournisseur d’identité ou de cette liaison peut y remédier
test-who-developer = Les développeurs de l’application peuvent y remédier
test-who-operator = L’exploitant de ce service peut y remédier
test-who-provider = Le fournisseur d’identité doit y remédier ; réessayez plus tard
test-said = Le fournisseur d’identité a répondu :
test-steps = Ce qui s’est passé
test-done = Fait
test-failed = Échec
test-not-reached = Non atteint
test-took = { $milliseconds } ms
test-checks = Ce que le jeton d’identité dit de lui-même
test-name = Nom
test-expected = Attendu
test-received = Reçu
test-fields = Ce que nous avons compris
test-field = Champ
test-became = Résultat
test-filled = repris
test-missing = non communiqué
test-left-out = inutilisable
test-claims = Ce que dit le fournisseur d’identité
test-claim = Information (claim)
test-from = Source
test-type = Type de valeur
test-value = Valeur
test-stuck = Bloqué sur une page du fournisseur d’identité ?
test-paste = Collez le code ou le message qui s’y affiche
test-explain = Expliquer
test-unknown = Personne ici ne connaît ce texte. Collez le message entier.
