### The sign-in page, and the choice between several ways to sign in.
###
### $app is the name of the app that sent the person.

sign-in = Sign in
sign-in-app = Sign in to { $app }
sign-in-label = Work email or company code
sign-in-continue = Continue
sign-in-cancel = Cancel
sign-in-next = Next, your company may ask you to sign in on its own page.
sign-in-password = Sign in with a password instead

## Where the browser belongs, offered before anything is asked. $title is what the way in is called, such as Acme staff.

sign-in-offer = Continue with { $title }
sign-in-somebody-else = Somebody else
sign-in-forget = Not you, or another company? Forget this one

## Why the page is shown again.

sign-in-empty = Enter your work email, or the code that your company gave you.
sign-in-unknown = We found no company for this. Check the spelling, or ask your IT team how you sign in.
sign-in-not-ready = Your company is known here, but its sign-in is not ready yet. Ask your IT team when it will be.
sign-in-not-this-app = Your company does not use this app through us. Ask your IT team for access to it.

## The choice between several ways.

choose = Choose how to sign in
choose-explanation = There are several ways for you to sign in.
choose-explanation-app = There are several ways for you to sign in to { $app }.
choose-hint = Not sure? Take the one that you use for your work email.
