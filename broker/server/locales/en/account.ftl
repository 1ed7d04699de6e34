### The page on which people decide how they sign in at doorward itself.
###
### $tenant is the person's company, $name what they call a passkey, $created and $used are days.

account = How you sign in at { $tenant }
account-wrong = That did not work: the password is wrong, or the passkey was not taken. Nothing was changed.
account-signs-out = Whatever you change here signs you out everywhere, to be safe.
account-passkeys = Passkeys
account-passkeys-explanation = With a passkey you sign in by your fingerprint, your face or a PIN, on your own device and without a password. Nobody can trick you out of it.
account-passkey-add = Add a passkey
account-passkey-used = Added on { $created }, last used on { $used }
account-passkey-unused = Added on { $created }, not used yet
account-passkey-remove = Remove
account-passkey-remove-named = Remove { $name }
account-authenticator-add = Add an authenticator app
account-authenticator-remove = Take the authenticator app away
account-password-current = Your password now

## A new passkey.

new-passkey = Add a passkey
new-passkey-explanation = Your browser will ask which device keeps the passkey for { $tenant }.
new-passkey-name = Name of the passkey
new-passkey-name-hint = So that you know it again, such as “My phone”.
new-passkey-continue = Make the passkey
new-passkey-none = Your browser made no passkey. Try again, or take another device.
new-passkey-scripts = If nothing can be entered here, your browser knows no passkeys, or runs no scripts.
