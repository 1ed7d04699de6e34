### Somebody came from their company's sign-in, and proves that an account or an address is theirs.
###
### $app is the app's name, $address an email address.

prove = Bestätigen Sie, dass Sie es sind
prove-explanation = Die Anmeldung bei Ihrem Unternehmen hat geklappt. Um zu { $app } weiterzugehen, bestätigen Sie, dass { $address } Ihre Adresse ist und ein Konto damit Ihnen gehört.
prove-mail = Code senden
prove-mail-again = Noch einen Code senden
prove-or = Haben Sie hier schon ein Passwort? Dann können Sie stattdessen das eingeben.
prove-mailed = Wenn ein Code es bestätigen kann, ist er unterwegs an { $address }. Geben Sie ihn innerhalb einer Viertelstunde ein.
prove-code = Code aus der E-Mail
prove-continue = Bestätigen
prove-wrong-password = Das stimmt nicht. Prüfen Sie das Passwort, oder lassen Sie sich einen Code senden.
prove-wrong-code = Dieser Code gilt nicht oder nicht mehr. Prüfen Sie ihn, oder lassen Sie sich einen neuen senden.
# $seconds is a number.
prove-too-soon = Es waren zu viele Versuche. In { $seconds } Sekunden können Sie es wieder versuchen.
