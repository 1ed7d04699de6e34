### The pages on which a person lets a device in: its code, the question, and the end.
###
### $app is the app's name, $tenant the person's company, $person their name or e-mail address.

device-code = Let a device in
device-code-explanation = Enter the code that your device shows. If the code is here already, check that it is the same.
device-code-label = Code on your device
device-code-continue = Continue
device-code-warning = Did somebody send you this code? Then don’t enter it: they could use your account.

## Why the page is shown again.

device-code-unknown = No device waits with this code. Check the letters, or let the device show you a new code.
device-code-too-many = Too many wrong codes were entered. Wait a minute and try again.

## The question.

device = Let a device in to { $app }?
device-explanation = A device shows this code. Let it in only if it is in front of you and the code is the same:
# $address is where the device asked from, such as 192.0.2.1.
device-address = It asked from the network address { $address }.
# What the app asks for follows, from consent.ftl.
device-person = You are signed in as { $person } of { $tenant }. On this device, { $app } would:
device-nobody = You are signed in at { $tenant }. On this device, { $app } would:
device-deny = Don’t let it in
device-allow = Let it in

## The end.

device-allowed = Your device is let in
device-allowed-explanation = You are signed in to { $app } there in a moment. You can close this page.
device-denied = The device was not let in
device-denied-explanation = It gets nothing from your account. You can close this page.
