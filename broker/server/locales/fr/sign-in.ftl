### The sign-in page, and the choice between several ways to sign in.
###
### $app is the name of the app that sent the person.

sign-in = Se connecter
sign-in-app = Se connecter à { $app }
sign-in-label = E-mail professionnel ou code d’entreprise
sign-in-continue = Continuer
sign-in-cancel = Annuler
sign-in-next = Ensuite, votre entreprise vous demandera peut-être de vous connecter sur sa propre page.
sign-in-password = Se connecter plutôt avec un mot de passe

## Where the browser belongs, offered before anything is asked. $title is what the way in is called, such as Acme staff.

sign-in-offer = Continuer avec { $title }
sign-in-somebody-else = Quelqu’un d’autre
sign-in-forget = Ce n’est pas vous, ou une autre entreprise ? L’oublier

## Why the page is shown again.

sign-in-empty = Saisissez votre e-mail professionnel ou le code que votre entreprise vous a donné.
sign-in-unknown = Nous n’avons trouvé aucune entreprise. Vérifiez l’orthographe ou demandez à votre service informatique comment vous connecter.
sign-in-not-ready = Votre entreprise est connue ici, mais sa connexion n’est pas encore prête. Demandez à votre service informatique quand elle le sera.
sign-in-not-this-app = Votre entreprise n’utilise pas cette application par notre intermédiaire. Demandez-en l’accès à votre service informatique.

## The choice between several ways.

choose = Choisissez comment vous connecter
choose-explanation = Vous pouvez vous connecter de plusieurs façons.
choose-explanation-app = Vous pouvez vous connecter à { $app } de plusieurs façons.
choose-hint = Un doute ? Prenez celle que vous utilisez pour votre e-mail professionnel.
