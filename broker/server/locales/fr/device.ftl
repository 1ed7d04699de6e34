### The pages on which a person lets a device in: its code, the question, and the end.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

device-code = Autoriser un appareil
device-code-explanation = Saisissez le code que votre appareil affiche. Si un code figure déjà ici, vérifiez que c’est le même.
device-code-label = Code affiché par votre appareil
device-code-continue = Continuer
device-code-warning = Quelqu’un vous a envoyé ce code ? Alors ne le saisissez pas : cette personne pourrait utiliser votre compte.

## Why the page is shown again.

device-code-unknown = Aucun appareil n’attend avec ce code. Vérifiez les caractères ou demandez à l’appareil un nouveau code.
device-code-too-many = Trop de codes erronés ont été saisis. Attendez une minute et réessayez.

## The question.

device = Autoriser un appareil pour { $app } ?
device-explanation = Un appareil affiche ce code. Ne l’autorisez que s’il est devant vous et que le code est le même :
# $address is where the device asked from, such as 192.0.2.1.
device-address = La demande vient de l’adresse réseau { $address }.
# What the app asks for follows, from consent.ftl.
device-person = Vous utilisez le compte { $person } de { $tenant }. Sur cet appareil, { $app } pourrait :
device-nobody = Vous utilisez un compte de { $tenant }. Sur cet appareil, { $app } pourrait :
device-deny = Ne pas autoriser
device-allow = Autoriser

## The end.

device-allowed = Votre appareil est autorisé
device-allowed-explanation = Dans un instant, il sera connecté à { $app }. Vous pouvez fermer cette page.
device-denied = L’appareil n’a pas été autorisé
device-denied-explanation = Il n’obtient rien de votre compte. Vous pouvez fermer cette page.
