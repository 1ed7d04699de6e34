### The page for everything that went wrong.
###
### A failure says what happened in a few words, explains it in a sentence or two, and then tells who can
### do what: .you, .it-team, .developer or .support continues the sentence that begins with the name of
### the same attribute of `who`.
###
### $app is the name of the app that sent the person. Words with_underscores are names of the protocol.

error-again = Réessayer
error-back = Revenir à { $app }
error-reference = Référence
error-reference-hint = Donnez-la au support : elle lui montre exactement ce qui s’est passé et ne contient aucune donnée personnelle.

# In bold, before what they can do.
who =
    .you = Vous
    .it-team = Votre service informatique
    .developer = L’équipe qui développe l’application
    .support = Le support

## The app's request is not in order.

untrusted-app = Ce lien de connexion ne fonctionne pas
    .explanation = L’application d’où vous venez nous est inconnue, ou elle est désactivée.
    .developer = peut vérifier le client_id.
untrusted-document = Ce lien de connexion ne fonctionne pas
    .explanation = L’application d’où vous venez se décrit à une adresse qui lui est propre, et il ne s’y trouve aucune description utilisable.
    .developer = peut vérifier le client ID metadata document à son client_id : qui peut le lire, sa forme et ce qu’il dit.
untrusted-address = Ce lien de connexion ne fonctionne pas
    .explanation = L’application d’où vous venez demande une réponse à une adresse qui n’est pas enregistrée pour elle.
    .developer = peut enregistrer la redirect_uri, caractère par caractère.
untrusted-request = Ce lien de connexion ne fonctionne pas
    .explanation = La demande de connexion de l’application a mis trop de temps à arriver, ou elle a déjà reçu sa réponse.
    .developer = peut déposer une nouvelle demande pour chaque connexion.
unsolicited = Ce lien de connexion ne fonctionne pas
    .explanation = Le portail de votre entreprise a envoyé une connexion déjà terminée que personne n’avait demandée ici. Cela n’est jamais accepté.
    .it-team = peut y régler l’application sur « Redirect to app to initiate login (OIDC Compliant) », avec l’adresse de départ que nous avons donnée.
unanswerable = Impossible de vous ramener à l’application
    .explanation = L’application demande des réponses chiffrées, mais il n’y a pas de clé pour cela.
    .developer = peut publier une clé publique à la jwks_uri enregistrée.
unreadable = Ce lien de connexion ne fonctionne pas
    .explanation = L’application d’où vous venez a envoyé une demande illisible.
    .developer = peut envoyer chaque paramètre une seule fois, en texte simple.
app-gone = Cette application n’est pas utilisable pour le moment
    .explanation = L’application a été modifiée pendant votre connexion.
    .you = pouvez revenir à l’application et recommencer.

## The sign-in is not where it should be.

expired = Cette connexion a expiré
    .explanation = Elle a pris trop de temps ou a été commencée dans un autre navigateur. Rien n’est arrivé à votre compte.
    .you = pouvez revenir à l’application et recommencer.
finished = Cette connexion est déjà terminée
    .explanation = La page a été ouverte deux fois.
    .you = pouvez revenir à l’application. Si elle vous demande encore de vous connecter, recommencez.

## The company's sign-in did not sign the person in.

not-signed-in = La connexion n’a pas abouti
other-sign-in = { not-signed-in }
    .explanation = La réponse de votre entreprise appartient à une autre connexion que celle de cette fenêtre.
    .you = pouvez réessayer.
too-late = { not-signed-in }
    .explanation = Votre absence a été trop longue : cette connexion a expiré.
    .you = pouvez réessayer.
not-in-use = { not-signed-in }
    .explanation = La connexion de votre entreprise n’est pas en service pour le moment.
    .it-team = peut vérifier la liaison avec la connexion de votre entreprise ; la référence ci-dessous mène à la cause.
connection-changed = { not-signed-in }
    .explanation = Votre entreprise a modifié sa connexion pendant que vous l’utilisiez.
    .you = pouvez réessayer.
cancelled = { not-signed-in }
    .explanation = La connexion a été annulée, ou votre entreprise ne vous y autorise pas.
    .you = pouvez réessayer.
    .it-team = peut vous y donner accès.
refused = { not-signed-in }
    .explanation = La connexion auprès de votre entreprise n’a pas abouti.
    .you = pouvez réessayer.
refused-for-now = { not-signed-in }
    .explanation = { refused.explanation }
    .you = pouvez attendre une minute et réessayer.
refused-by-setup = { not-signed-in }
    .explanation = { refused.explanation }
    .it-team = { not-in-use.it-team }
proof-too-old = { not-signed-in }
    .explanation = L’application veut que vous prouviez de nouveau votre identité, et votre entreprise ne vous l’a pas demandé.
    .you = pouvez réessayer.
not-sure-enough = { not-signed-in }
    .explanation = { $app } n’admet personne sans une seconde preuve d’identité, et votre connexion n’en a confirmé aucune.
    .you = pouvez réessayer avec un second facteur, comme une application d’authentification ou une clé de sécurité.
    .it-team = peut exiger plusieurs facteurs pour cette connexion et nous le faire savoir (amr ou acr).
profile-too-large = { not-signed-in }
    .explanation = La connexion de votre entreprise transmet plus de données sur vous que nous ne pouvons en conserver.
    .it-team = { not-in-use.it-team }
lost-track = { not-signed-in }
    .explanation = Le lien entre cette connexion et celle de votre entreprise s’est perdu.
    .you = pouvez réessayer.
bad-answer = { not-signed-in }
    .explanation = La connexion de votre entreprise a donné une réponse que nous ne pouvons pas accepter.
    .it-team = { not-in-use.it-team }
no-answer = { not-signed-in }
    .explanation = La connexion de votre entreprise ne répond pas comme elle le devrait en ce moment.
    .you = pouvez attendre une minute et réessayer.
not-set-up = { not-signed-in }
    .explanation = De notre côté, quelque chose n’est pas configuré comme il le faudrait.
    .support = peut rechercher la référence ci-dessous ; elle dit ce qui ne va pas.

## The company's sign-in worked, but the person may not come in.

no-account = Vous n’avez pas encore de compte
    .explanation = La connexion auprès de votre entreprise a réussi, mais personne n’a créé de compte pour vous dans { $app }.
    .it-team = peut vous créer un compte, ou permettre que les comptes soient créés à la première connexion.
not-let-in = Ce compte ne peut pas utiliser { $app }
    .explanation = La connexion auprès de votre entreprise a réussi, mais votre entreprise n’admet que certains de ses comptes, et le vôtre n’en fait pas partie.
    .it-team = peut vous admettre : le journal de connexion de la référence ci-dessous indique ce qui manque.
claim-missing = La connexion de votre entreprise n’en dit pas assez sur vous
    .explanation = La connexion auprès de votre entreprise a réussi, mais il y manque une information dont { $app } ne peut pas se passer.
    .it-team = peut l’ajouter : le journal de connexion de la référence ci-dessous indique ce qui manque.
not-active = Vous n’êtes pas actif auprès de votre entreprise
    .explanation = La connexion auprès de votre entreprise a réussi, mais il y est noté que vous ne pouvez pas utiliser { $app } actuellement.
    .it-team = peut y modifier votre statut.
address-taken = Un compte existe déjà avec votre adresse e-mail
    .explanation = La connexion auprès de votre entreprise a réussi. Mais quelqu’un utilise déjà { $app } avec votre adresse e-mail, et rien ne nous dit que c’est vous.
    .it-team = peut relier votre connexion à ce compte.
not-in-pilot = Vous n’en faites pas encore partie
    .explanation = Votre entreprise essaie une nouvelle façon de se connecter, et vous n’en faites pas encore partie. Rien n’est arrivé à votre compte.
    .you = pouvez vous connecter comme avant.
    .it-team = peut vous faire participer.
account-off = Votre compte est désactivé
    .explanation = La connexion auprès de votre entreprise a réussi, mais votre compte ici est désactivé.
    .it-team = peut réactiver votre compte.
app-not-open = Cette application n’est pas ouverte à votre entreprise
    .explanation = La connexion auprès de votre entreprise a réussi, mais votre entreprise n’utilise pas { $app } par notre intermédiaire.
    .it-team = peut demander l’accès à cette application.
somebody-else = Vous avez utilisé un autre compte
    .explanation = { $app } attendait un autre compte que celui avec lequel la connexion a eu lieu.
    .you = pouvez réessayer avec le compte que vous utilisez dans l’application.
of-another-company = { somebody-else }
    .explanation = Le compte utilisé ne fait pas partie de ceux de votre entreprise.
    .you = pouvez réessayer avec le compte de votre entreprise, au besoin dans une fenêtre privée.

## Signing out.

sign-out-unreadable = Votre session est toujours ouverte
    .explanation = La demande de déconnexion de l’application est illisible.
    .developer = peut envoyer chaque paramètre de déconnexion une seule fois, en texte simple.
sign-out-address = Votre session est toujours ouverte
    .explanation = L’application a demandé un retour à une adresse qui n’est pas enregistrée pour elle.
    .developer = peut enregistrer la post_logout_redirect_uri, caractère par caractère.

## A link from an email.

proof-gone = Ce lien n’est plus valable
    .explanation = Il a déjà servi, il est trop ancien, ou un plus récent vous a été envoyé.
    .you = pouvez chercher un e-mail plus récent, ou en demander un par « Impossible de vous connecter ? » sur la page de connexion.
    .it-team = peut vous envoyer une nouvelle invitation.

## A page for who is signed in.

no-session-here = Vous ne vous êtes pas connecté ici
    .explanation = Cette page est destinée aux personnes qui se sont connectées avec un mot de passe ou une clé d’accès de chez nous, dans ce navigateur et depuis peu.
    .you = pouvez ouvrir une application, vous y connecter de cette façon et revenir à cette page.

## Anything else.

busy = Trop de personnes se connectent en ce moment
    .explanation = Nous ne pouvons pas vérifier votre mot de passe à l’instant. Rien n’est arrivé à votre compte.
    .you = pouvez attendre une minute et réessayer.
unavailable = La connexion est impossible pour le moment
    .explanation = De notre côté, quelque chose ne fonctionne pas. Ce n’est pas votre faute, et votre compte est en sécurité.
    .you = pouvez attendre une minute et réessayer.
nothing-here = Il n’y a rien ici
    .explanation = L’adresse est peut-être ancienne ou mal saisie.
    .you = pouvez revenir à l’application et recommencer de là.

## The test of a connection.

test-gone = Ce test ne peut pas être exécuté
    .explanation = Son lien n’est plus valable, ou il a été ouvert dans un autre navigateur.
    .you = pouvez demander un nouveau lien.
