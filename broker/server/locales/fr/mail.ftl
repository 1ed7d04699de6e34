### Letters, in plain text.
###
### $tenant is the person's company, $link an address on this server, $code a code to be typed.

mail-invitation-subject = Votre compte chez { $tenant }
mail-invitation =
    Bonjour,

    { $tenant } vous a créé un compte. Choisissez ici votre mot de passe, dans les trois jours :

    { $link }

    Si vous ne vous y attendiez pas, vous n’avez rien à faire.
mail-reset-subject = Un nouveau mot de passe pour { $tenant }
mail-reset =
    Bonjour,

    quelqu’un, sans doute vous, ne peut pas se connecter chez { $tenant }. Choisissez ici un nouveau mot de passe, dans la demi-heure :

    { $link }

    Ou saisissez ce code là où il vous est demandé : { $code }

    Si ce n’était pas vous, vous n’avez rien à faire : votre mot de passe reste le même.
mail-verification-subject = Est-ce votre adresse e-mail ?
mail-verification =
    Bonjour,

    { $tenant } vous connaît sous cette adresse e-mail. Confirmez ici qu’elle est à vous, dans la journée :

    { $link }

    Si vous ne connaissez pas { $tenant }, vous n’avez rien à faire.
mail-address-code-subject = Votre code pour { $tenant }
mail-address-code =
    Bonjour,

    quelqu’un, sans doute vous, se connecte auprès de { $tenant } avec cette adresse e-mail. Saisissez ce code là où il vous a été demandé, dans le quart d’heure : { $code }

    Si ce n’était pas vous, ne donnez ce code à personne. Vous n’avez rien d’autre à faire.
mail-password-changed-subject = Votre mot de passe a été changé
mail-password-changed =
    Bonjour,

    votre mot de passe chez { $tenant } vient d’être changé, et vous avez été déconnecté partout.

    Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe (« Impossible de vous connecter ? » sur la page de connexion) et prévenez votre entreprise.
mail-sign-in-changed-subject = Votre façon de vous connecter a été changée
mail-sign-in-changed =
    Bonjour,

    votre second facteur, vos codes de secours ou vos clés d’accès chez { $tenant } viennent d’être changés.

    Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe (« Impossible de vous connecter ? » sur la page de connexion) et prévenez votre entreprise.
mail-retreated-subject = L’authentification unique chez { $tenant } n’est plus obligatoire
# $connection is what people read on the button that leads there.
mail-retreated =
    Bonjour,

    la plupart des connexions par « { $connection } » chez { $tenant } ont échoué à cause de sa configuration. Pour que personne ne reste dehors, ce n’est plus la seule façon de se connecter : chacun peut se connecter comme avant.

    Votre administrateur trouve les causes dans le journal des connexions, et peut la rendre de nouveau obligatoire dès qu’elle fonctionne.
mail-recovery-code-subject = Un code de secours a été utilisé
# $left is a number.
mail-recovery-code =
    Bonjour,

    l’un de vos codes de secours vient de servir à une connexion chez { $tenant }. Il en reste : { $left }.

    Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe (« Impossible de vous connecter ? » sur la page de connexion) et prévenez votre entreprise.
