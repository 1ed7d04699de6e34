### The question whether an app may have a person's data.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

consent = Autoriser l’accès pour { $app } ?
consent-person = Vous utilisez le compte { $person } de { $tenant }. { $app } souhaite :
consent-nobody = Vous utilisez un compte de { $tenant }. { $app } souhaite :

## What an app may ask for; each continues "would like to".

consent-openid = Savoir que c’est vous
consent-profile = Voir votre nom et votre profil
consent-email = Voir votre adresse e-mail
consent-address = Voir votre adresse postale
consent-phone = Voir votre numéro de téléphone
consent-groups = Voir vos groupes, rôles et sites dans votre entreprise
consent-offline = Conserver cet accès en votre absence, jusqu’à ce que vous ou votre entreprise y mettiez fin
# $resource is the address of something that the app works with for the person, such as https://files.example/.
consent-resource = Agir pour vous auprès de { $resource }
# $scope is the technical name of a permission that only the app knows.
consent-other = Utiliser sa propre autorisation { $scope }

## Who the app is.

# It registered itself.
consent-unverified = Personne n’a vérifié cette application, et elle a choisi son nom elle-même. N’autorisez l’accès que si vous êtes venu ici depuis elle.
# $host is where the app's description of itself lies, such as calendar.example.
consent-published = Personne n’a vérifié cette application. Elle vient de { $host } ; son nom et son image sont ce que dit cette adresse.
# Both are links to pages of the app's.
consent-policy = Politique de confidentialité
consent-terms = Conditions d’utilisation

## The answer.

consent-deny = Ne pas autoriser
consent-allow = Autoriser
# $host is where the browser goes next, such as calendar.example.
consent-host = Dans les deux cas, vous continuez vers { $host }. Si vous ne connaissez pas cette adresse, n’autorisez pas l’accès.
consent-this-device = Dans les deux cas, vous continuez vers un programme sur cet appareil. Si vous ne venez pas de le lancer vous-même, n’autorisez pas l’accès.
