### Signing in at doorward itself: name and password, the second factor, and what helps when they are lost.
###
### $app is the app's name, $tenant the person's company, $login what the person types as their name.

password = Se connecter à { $app }
password-login = E-mail ou nom d’utilisateur
password-login-hint = Un nom d’utilisateur est suivi de votre code d’entreprise, par exemple kim@acme, sauf si vous avez déjà saisi ce code.
password-label = Mot de passe
password-continue = Se connecter
password-wrong = Le nom ou le mot de passe est incorrect. Vérifiez les deux, ou choisissez un nouveau mot de passe ci-dessous.
password-reset = Impossible de vous connecter ?
password-other = Se connecter autrement
# $seconds is a number.
local-too-soon = Il y a eu trop d’essais. Vous pourrez réessayer dans { $seconds } secondes ; ou choisissez un nouveau mot de passe par e-mail, ce qui est possible tout de suite.

## Passkeys, on the sign-in pages.

passkey-use = Se connecter avec une clé d’accès
passkey-none = Votre navigateur ne nous a donné aucune clé d’accès. Réessayez, ou connectez-vous autrement.
passkey-wrong = Cette clé d’accès n’est pas valable ici, ou ne l’est plus. Connectez-vous avec votre mot de passe ou une autre clé d’accès.

## The second factor.

second-factor = Confirmez que c’est bien vous
second-factor-explanation = Saisissez le code de votre application d’authentification pour vous connecter à { $app }.
second-factor-either = Utilisez votre clé d’accès pour vous connecter à { $app }, ou saisissez le code de votre application d’authentification.
second-factor-passkey = Utilisez votre clé d’accès pour vous connecter à { $app }. Si vous ne l’avez pas sous la main, saisissez l’un de vos codes de secours ; chacun sert une fois.
second-factor-label = Votre code
second-factor-recovery-label = Code de secours
second-factor-continue = Se connecter
second-factor-wrong = Ce code est incorrect ou a déjà été utilisé. Attendez le suivant et réessayez.
second-factor-recovery = Vous n’avez pas l’application sous la main ? Saisissez l’un de vos codes de secours. Chacun sert une seule fois.

## The first page for somebody who cannot sign in.

reset = Impossible de vous connecter ?
reset-explanation = Dites-nous qui vous êtes. Si vous avez ici un compte avec mot de passe, nous vous envoyons un e-mail.
reset-continue = Envoyer l’e-mail
reset-company = Si vous vous connectez par votre entreprise, adressez-vous à votre service informatique : votre mot de passe est là-bas, pas ici.

## The page for a new password.

choose-password = Choisissez un nouveau mot de passe
choose-password-explanation = Ce sera le mot de passe de { $login }.
choose-password-mailed = S’il existe un compte pour { $login }, un e-mail lui est envoyé. Saisissez ici le code de cet e-mail, ou suivez son lien.
choose-password-code = Code de l’e-mail
choose-password-label = Nouveau mot de passe
choose-password-rules = Au moins 12 caractères. Quelques mots qui ne vont ensemble que pour vous sont faciles à retenir et difficiles à deviner.
choose-password-continue = Enregistrer le mot de passe
choose-password-short = Ce mot de passe est trop court. Prenez au moins 12 caractères.
choose-password-long = Ce mot de passe est trop long. Prenez au plus 256 caractères.
choose-password-common = Ce mot de passe est facile à deviner. Évitez les noms, les années et les suites de touches, ou ajoutez des mots.
choose-password-wrong-code = Ce code n’est pas valable, ou ne l’est plus. Vérifiez-le, ou demandez un autre e-mail.
choose-password-too-many = Trop de codes incorrects ont été saisis. Attendez un peu et demandez un autre e-mail.
invitation = Bienvenue
invitation-explanation = { $tenant } vous a créé un compte. Choisissez le mot de passe avec lequel vous vous connecterez.

## An address that is to be confirmed.

verify = Confirmez votre adresse e-mail
# $email is the address.
verify-explanation = { $email } est-elle votre adresse e-mail ?
verify-continue = Oui, c’est la mienne

## What is done.

done-password = Votre mot de passe est enregistré
done-password-here = Connectez-vous maintenant chez { $tenant } avec ce mot de passe.
done-password-explanation = Connectez-vous chez { $tenant } avec ce mot de passe la prochaine fois qu’une application vous le demande.
done-email = Votre adresse e-mail est confirmée
done-email-explanation = { $tenant } sait maintenant qu’elle est à vous. Vous pouvez fermer cette page.
done-sign-in = Votre façon de vous connecter a changé
done-sign-in-explanation = Vous avez été déconnecté partout. Connectez-vous à { $tenant } de la nouvelle façon quand une application vous le demandera.
done-go-on = Se connecter

## The authenticator app and the recovery codes.

authenticator = Application d’authentification
authenticator-explanation = Pour rester en sécurité chez { $tenant } même si quelqu’un apprend votre mot de passe, ajoutez cette clé à une application d’authentification. Saisissez ensuite le code qu’elle affiche.
authenticator-picture = La clé sous forme de code QR, pour l’appareil photo de votre application d’authentification
authenticator-there = Vous utilisez une application d’authentification chez { $tenant }. Pour la retirer, saisissez l’un de ses codes.
authenticator-wrong = Le mot de passe ou le code est incorrect. Vérifiez les deux et réessayez.
authenticator-add = Ajouter l’application
authenticator-remove = Retirer l’application
recovery-codes = Vos codes de secours
recovery-codes-explanation = Conservez ces codes pour { $tenant } loin de votre appareil : chacun vous laisse entrer une fois sans l’application. Ils ne sont affichés que maintenant.
recovery-codes-signed-out = Vous avez été déconnecté partout. Reconnectez-vous lorsqu’une application vous le demande.
