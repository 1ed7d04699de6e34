### Signing in at doorward itself: name and password, the second factor, and what helps when they are lost.
###
### $app is the app's name, $tenant the person's company, $login what the person types as their name.

password = Sign in to { $app }
password-login = Email or username
password-login-hint = A username needs your company code after it, such as kim@acme, unless you entered the code before.
password-label = Password
password-continue = Sign in
password-wrong = The name or the password is wrong. Check both, or choose a new password below.
password-reset = Can’t sign in?
password-other = Sign in another way
# $seconds is a number.
local-too-soon = There were too many tries. You can try again in { $seconds } seconds; or choose a new password by email, which works at once.

## Passkeys, on the sign-in pages.

passkey-use = Sign in with a passkey
passkey-none = Your browser gave us no passkey. Try again, or sign in in another way.
passkey-wrong = This passkey is not good here, or not any more. Sign in with your password, or with another passkey.

## The second factor.

second-factor = Confirm that it is you
second-factor-explanation = Enter the code from your authenticator app to sign in to { $app }.
second-factor-either = Use your passkey to sign in to { $app }, or enter the code from your authenticator app.
second-factor-passkey = Use your passkey to sign in to { $app }. If it is not at hand, enter one of your recovery codes; each works once.
second-factor-label = Code
second-factor-recovery-label = Recovery code
second-factor-continue = Sign in
second-factor-wrong = This code is wrong, or it was used already. Wait for the next one and try again.
second-factor-recovery = No authenticator at hand? Enter one of your recovery codes instead. Each works once.

## The first page for somebody who cannot sign in.

reset = Can’t sign in?
reset-explanation = Tell us who you are. If you have an account with a password here, we send you an email.
reset-continue = Send the email
reset-company = If you sign in with your company, ask your IT team: your password is there, not here.

## The page for a new password.

choose-password = Choose a new password
choose-password-explanation = This will be the password of { $login }.
choose-password-mailed = If there is an account for { $login }, an email is on its way to it. Enter the code from the email here, or use its link.
choose-password-code = Code from the email
choose-password-label = New password
choose-password-rules = At least 12 characters. A few words that belong together only for you are easy to remember and hard to guess.
choose-password-continue = Save the password
choose-password-short = This password is too short. Take at least 12 characters.
choose-password-long = This password is too long. Take at most 256 characters.
choose-password-common = This password is easy to guess. Leave out names, years and rows of keys, or add more words.
choose-password-wrong-code = This code is not good, or not any more. Check it, or ask for another email.
choose-password-too-many = Too many wrong codes were entered. Wait a little and ask for another email.
invitation = Welcome
invitation-explanation = { $tenant } has made an account for you. Choose the password that you will sign in with.

## An address that is to be confirmed.

verify = Confirm your email address
# $email is the address.
verify-explanation = Is { $email } your email address?
verify-continue = Yes, it is mine

## What is done.

done-password = Your password is saved
done-password-here = Sign in at { $tenant } with it now.
done-password-explanation = Sign in at { $tenant } with it the next time an app asks you to.
done-email = Your email address is confirmed
done-email-explanation = { $tenant } knows now that it is yours. You can close this page.
done-sign-in = How you sign in is changed
done-sign-in-explanation = You were signed out everywhere. Sign in at { $tenant } the new way when an app asks you to.
done-go-on = Sign in

## The authenticator app and the recovery codes.

authenticator = Authenticator app
authenticator-explanation = To be safe at { $tenant } even if somebody learns your password, add this key to an authenticator app. Then enter the code that the app shows.
authenticator-picture = The key as a QR code, for the camera of your authenticator app
authenticator-there = You use an authenticator app at { $tenant }. To take it away, enter one of its codes.
authenticator-wrong = The password or the code is wrong. Check both and try again.
authenticator-add = Add the app
authenticator-remove = Take the app away
recovery-codes = Your recovery codes
recovery-codes-explanation = Keep these codes for { $tenant } where your device is not: each lets you in once without the app. They are shown only now.
recovery-codes-signed-out = You were signed out everywhere. Sign in again when an app asks you to.
