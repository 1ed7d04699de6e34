### Signing in at doorward itself: name and password, the second factor, and what helps when they are lost.
###
### $app is the app's name, $tenant the person's company, $login what the person types as their name.

password = Bei { $app } anmelden
password-login = E-Mail-Adresse oder Benutzername
password-login-hint = Nach einem Benutzernamen steht Ihr Firmencode, zum Beispiel kim@acme, wenn Sie den Code nicht schon eingegeben haben.
password-label = Passwort
password-continue = Anmelden
password-wrong = Der Name oder das Passwort stimmt nicht. Prüfen Sie beides, oder wählen Sie unten ein neues Passwort.
password-reset = Können Sie sich nicht anmelden?
password-other = Auf einem anderen Weg anmelden
# $seconds is a number.
local-too-soon = Es waren zu viele Versuche. In { $seconds } Sekunden können Sie es wieder versuchen; oder Sie wählen per E-Mail ein neues Passwort, das geht sofort.

## Passkeys, on the sign-in pages.

passkey-use = Mit einem Passkey anmelden
passkey-none = Ihr Browser hat uns keinen Passkey gegeben. Versuchen Sie es noch einmal, oder melden Sie sich auf einem anderen Weg an.
passkey-wrong = Dieser Passkey gilt hier nicht oder nicht mehr. Melden Sie sich mit Ihrem Passwort oder einem anderen Passkey an.

## The second factor.

second-factor = Bestätigen Sie, dass Sie es sind
second-factor-explanation = Geben Sie den Code aus Ihrer Authentifizierungs-App ein, um sich bei { $app } anzumelden.
second-factor-either = Nehmen Sie Ihren Passkey, um sich bei { $app } anzumelden, oder geben Sie den Code aus Ihrer Authentifizierungs-App ein.
second-factor-passkey = Nehmen Sie Ihren Passkey, um sich bei { $app } anzumelden. Haben Sie ihn nicht zur Hand, geben Sie einen Ihrer Wiederherstellungscodes ein; jeder gilt einmal.
second-factor-label = Ihr Code
second-factor-recovery-label = Wiederherstellungscode
second-factor-continue = Anmelden
second-factor-wrong = Dieser Code stimmt nicht, oder er wurde schon benutzt. Warten Sie auf den nächsten und versuchen Sie es noch einmal.
second-factor-recovery = Haben Sie die App nicht zur Hand? Geben Sie stattdessen einen Ihrer Wiederherstellungscodes ein. Jeder gilt einmal.

## The first page for somebody who cannot sign in.

reset = Können Sie sich nicht anmelden?
reset-explanation = Sagen Sie uns, wer Sie sind. Wenn Sie hier ein Konto mit Passwort haben, senden wir Ihnen eine E-Mail.
reset-continue = E-Mail senden
reset-company = Wenn Sie sich über Ihr Unternehmen anmelden, fragen Sie Ihre IT-Abteilung: Ihr Passwort liegt dort und nicht hier.

## The page for a new password.

choose-password = Wählen Sie ein neues Passwort
choose-password-explanation = Es wird das Passwort von { $login } sein.
choose-password-mailed = Wenn es ein Konto für { $login } gibt, ist eine E-Mail dorthin unterwegs. Geben Sie hier den Code aus der E-Mail ein, oder folgen Sie ihrem Link.
choose-password-code = Code aus der E-Mail
choose-password-label = Neues Passwort
choose-password-rules = Mindestens 12 Zeichen. Ein paar Wörter, die nur für Sie zusammengehören, sind leicht zu merken und schwer zu erraten.
choose-password-continue = Passwort speichern
choose-password-short = Dieses Passwort ist zu kurz. Nehmen Sie mindestens 12 Zeichen.
choose-password-long = Dieses Passwort ist zu lang. Nehmen Sie höchstens 256 Zeichen.
choose-password-common = Dieses Passwort ist leicht zu erraten. Lassen Sie Namen, Jahreszahlen und Tastenreihen weg, oder nehmen Sie weitere Wörter dazu.
choose-password-wrong-code = Dieser Code gilt nicht oder nicht mehr. Prüfen Sie ihn, oder lassen Sie sich noch eine E-Mail senden.
choose-password-too-many = Es wurden zu viele falsche Codes eingegeben. Warten Sie ein wenig und lassen Sie sich noch eine E-Mail senden.
invitation = Willkommen
invitation-explanation = { $tenant } hat ein Konto für Sie angelegt. Wählen Sie das Passwort, mit dem Sie sich anmelden werden.

## An address that is to be confirmed.

verify = Bestätigen Sie Ihre E-Mail-Adresse
# $email is the address.
verify-explanation = Ist { $email } Ihre E-Mail-Adresse?
verify-continue = Ja, das ist meine

## What is done.

done-password = Ihr Passwort ist gespeichert
done-password-here = Melden Sie sich jetzt damit bei { $tenant } an.
done-password-explanation = Melden Sie sich damit bei { $tenant } an, wenn eine App Sie das nächste Mal dazu auffordert.
done-email = Ihre E-Mail-Adresse ist bestätigt
done-email-explanation = { $tenant } weiß jetzt, dass sie Ihnen gehört. Sie können diese Seite schließen.
done-sign-in = Ihre Anmeldung ist geändert
done-sign-in-explanation = Sie wurden überall abgemeldet. Melden Sie sich bei { $tenant } auf dem neuen Weg an, wenn eine App Sie darum bittet.
done-go-on = Anmelden

## The authenticator app and the recovery codes.

authenticator = Authentifizierungs-App
authenticator-explanation = Damit Sie bei { $tenant } auch dann sicher sind, wenn jemand Ihr Passwort erfährt, fügen Sie diesen Schlüssel einer Authentifizierungs-App hinzu. Geben Sie dann den Code ein, den die App zeigt.
authenticator-picture = Der Schlüssel als QR-Code, für die Kamera Ihrer Authentifizierungs-App
authenticator-there = Sie nutzen bei { $tenant } eine Authentifizierungs-App. Um sie zu entfernen, geben Sie einen ihrer Codes ein.
authenticator-wrong = Das Passwort oder der Code stimmt nicht. Prüfen Sie beides und versuchen Sie es noch einmal.
authenticator-add = App hinzufügen
authenticator-remove = App entfernen
recovery-codes = Ihre Wiederherstellungscodes
recovery-codes-explanation = Bewahren Sie diese Codes für { $tenant } getrennt von Ihrem Gerät auf: Jeder lässt Sie einmal ohne die App hinein. Sie werden nur jetzt gezeigt.
recovery-codes-signed-out = Sie wurden überall abgemeldet. Melden Sie sich wieder an, wenn eine App Sie dazu auffordert.
