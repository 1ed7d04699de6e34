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
consent-groups = Voir vos groupes, rôles et sites dans votre entreprise
consent-offline = Conserver cet accès en votre absence, jusqu’à ce que vous ou votre entreprise y mettiez fin
# $scope is the technical name of a permission that only the app knows.
consent-other = Utiliser sa propre autorisation { $scope }

## The answer.

consent-deny = Ne pas autoriser
consent-allow = Autoriser
# $host is where the browser goes next, such as calendar.example.
consent-host = Dans les deux cas, vous continuez vers { $host }. Si vous ne connaissez pas cette adresse, n’autorisez pas l’accès.
