### Letters, in plain text.
###
### $tenant is the person's company, $link an address on this server, $code a code to be typed.

mail-invitation-subject = Ihr Konto bei { $tenant }
mail-invitation =
    Guten Tag,

    { $tenant } hat ein Konto für Sie angelegt. Wählen Sie hier Ihr Passwort, innerhalb von drei Tagen:

    { $link }

    Wenn Sie das nicht erwartet haben, müssen Sie nichts tun.
mail-reset-subject = Ein neues Passwort für { $tenant }
mail-reset =
    Guten Tag,

    jemand, wahrscheinlich Sie, kann sich bei { $tenant } nicht anmelden. Wählen Sie hier ein neues Passwort, innerhalb einer halben Stunde:

    { $link }

    Oder geben Sie diesen Code dort ein, wo Sie danach gefragt wurden: { $code }

    Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.
mail-verification-subject = Ist das Ihre E-Mail-Adresse?
mail-verification =
    Guten Tag,

    { $tenant } kennt Sie unter dieser E-Mail-Adresse. Bestätigen Sie hier, dass sie Ihnen gehört, innerhalb eines Tages:

    { $link }

    Wenn Sie { $tenant } nicht kennen, müssen Sie nichts tun.
mail-address-code-subject = Ihr Code für { $tenant }
mail-address-code =
    Guten Tag,

    jemand, wahrscheinlich Sie, meldet sich bei { $tenant } mit dieser E-Mail-Adresse an. Geben Sie diesen Code innerhalb einer Viertelstunde dort ein, wo Sie danach gefragt wurden: { $code }

    Wenn Sie es nicht waren, geben Sie den Code niemandem. Sonst müssen Sie nichts tun.
mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed =
    Guten Tag,

    Ihr Passwort bei { $tenant } wurde gerade geändert, und Sie wurden überall abgemeldet.

    Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort („Können Sie sich nicht anmelden?“ auf der Anmeldeseite) und sagen Sie es Ihrem Unternehmen.
mail-sign-in-changed-subject = Ihre Anmeldung wurde geändert
mail-sign-in-changed =
    Guten Tag,

    Ihr zweiter Faktor, Ihre Wiederherstellungscodes oder Ihre Passkeys bei { $tenant } wurden gerade geändert.

    Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort („Können Sie sich nicht anmelden?“ auf der Anmeldeseite) und sagen Sie es Ihrem Unternehmen.
mail-retreated-subject = Single Sign-on bei { $tenant } ist nicht mehr Pflicht
# $connection is what people read on the button that leads there.
mail-retreated =
    Guten Tag,

    die meisten Anmeldungen über „{ $connection }“ bei { $tenant } sind an der Einrichtung gescheitert. Damit niemand ausgesperrt ist, ist das nicht mehr der einzige Weg: Man kann sich wieder so anmelden wie zuvor.

    Ihre Administration findet die Ursachen in den Anmeldeprotokollen und kann es wieder zur Pflicht machen, sobald es geht.
mail-recovery-code-subject = Ein Wiederherstellungscode wurde benutzt
# $left is a number.
mail-recovery-code =
    Guten Tag,

    mit einem Ihrer Wiederherstellungscodes hat sich gerade jemand bei { $tenant } angemeldet. Übrig: { $left }.

    Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort („Können Sie sich nicht anmelden?“ auf der Anmeldeseite) und sagen Sie es Ihrem Unternehmen.
