### The question before a sign-out, and the page after it.
###
### $app is the name of the app that asked for the sign-out.

sign-out = Se déconnecter ?
sign-out-here = Vous êtes sur le point de vous déconnecter ici. La prochaine application que vous ouvrirez vous demandera de vous reconnecter.
sign-out-app = { $app } demande à vous déconnecter ici. La prochaine application que vous ouvrirez vous demandera de vous reconnecter.
sign-out-button = Se déconnecter
sign-out-stay = Pour garder votre session ouverte, fermez cette page.

signed-out = Votre session est fermée
signed-out-here = Votre session est fermée ici.
signed-out-app = Votre session est fermée ici, comme { $app } l’a demandé.
signed-out-elsewhere = Elle est peut-être encore ouverte sur la page de connexion de votre entreprise et dans d’autres applications. Sur un ordinateur partagé, déconnectez-vous là aussi et fermez le navigateur.
signed-out-continue = Continuer
