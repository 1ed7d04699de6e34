### Somebody came from their company's sign-in, and proves that an account or an address is theirs.
###
### $app is the app's name, $address an email address.

prove = Confirmez que c’est vous
prove-explanation = La connexion auprès de votre entreprise a réussi. Pour continuer vers { $app }, confirmez que { $address } est votre adresse et qu’un compte avec celle-ci est le vôtre.
prove-mail = Envoyez-moi un code
prove-mail-again = Envoyer un autre code
prove-or = Avez-vous déjà un mot de passe ici ? Vous pouvez alors le saisir à la place.
prove-mailed = Si un code peut le confirmer, il est en route vers { $address }. Saisissez-le dans le quart d’heure.
prove-code = Code reçu par e-mail
prove-continue = Confirmer
prove-wrong-password = Ce n’est pas correct. Vérifiez le mot de passe, ou faites-vous envoyer un code.
prove-wrong-code = Ce code n’est pas valable ou ne l’est plus. Vérifiez-le, ou faites-vous en envoyer un autre.
# $seconds is a number.
prove-too-soon = Il y a eu trop d’essais. Vous pourrez réessayer dans { $seconds } secondes.
