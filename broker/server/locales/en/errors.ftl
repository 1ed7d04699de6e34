### The page for everything that went wrong.
###
### A failure says what happened in a few words, explains it in a sentence or two, and then tells who can
### do what: .you, .it-team, .developer or .support continues the sentence that begins with the name of
### the same attribute of `who`.
###
### $app is the name of the app that sent the person. Words with_underscores are names of the protocol.

error-again = Try again
error-back = Back to { $app }
error-reference = Reference
error-reference-hint = Give this to support: it shows them exactly what happened, and contains no personal data.

# In bold, before what they can do.
who =
    .you = You
    .it-team = Your IT team
    .developer = The app’s developer
    .support = Support

## The app's request is not in order.

untrusted-app = This sign-in link does not work
    .explanation = The app that sent you here is not known to us, or it is switched off.
    .developer = can check the client_id.
untrusted-document = This sign-in link does not work
    .explanation = The app that sent you here describes itself at an address of its own, and no description that we can use is there.
    .developer = can check the client ID metadata document at its client_id: who may read it, its form, and what it says.
untrusted-address = This sign-in link does not work
    .explanation = The app that sent you here asked to be answered at an address that is not registered for it.
    .developer = can register the redirect_uri, character by character.
untrusted-request = This sign-in link does not work
    .explanation = The app’s request to sign you in took too long on its way, or it was answered already.
    .developer = can push a new request for every sign-in.
unsolicited = This sign-in link does not work
    .explanation = Your company’s dashboard sent a finished sign-in that nobody here had asked for. Such a one is never accepted.
    .it-team = can set the app there to “Redirect to app to initiate login (OIDC Compliant)”, with the start address that we gave it.
unanswerable = You cannot be brought back to the app
    .explanation = The app wants its answers encrypted, but there is no key to do that with.
    .developer = can publish a public key at the jwks_uri that is registered.
unreadable = This sign-in link does not work
    .explanation = The app that sent you here sent a request that cannot be read.
    .developer = can send each parameter once, as plain text.
app-gone = This app cannot be used now
    .explanation = The app was changed while you were signing in.
    .you = can go back to the app and start again.

## The sign-in is not where it should be.

expired = This sign-in has expired
    .explanation = It took too long, or it was begun in another browser. Nothing has happened to your account.
    .you = can go back to the app and start again.
finished = This sign-in is finished already
    .explanation = The page was opened twice.
    .you = can go back to the app. If you are not signed in there yet, start again.

## The company's sign-in did not sign the person in.

not-signed-in = We could not sign you in
other-sign-in = { not-signed-in }
    .explanation = The answer of your company’s sign-in belongs to another sign-in than the one in this window.
    .you = can try again.
too-late = { not-signed-in }
    .explanation = You were away too long, so this sign-in has expired.
    .you = can try again.
not-in-use = { not-signed-in }
    .explanation = Your company’s sign-in is not in use at the moment.
    .it-team = can check the connection to your company’s sign-in; the reference below leads to the cause.
connection-changed = { not-signed-in }
    .explanation = Your company changed its sign-in while you were signing in.
    .you = can try again.
cancelled = { not-signed-in }
    .explanation = Signing in was cancelled, or your company’s sign-in does not let you in.
    .you = can try again.
    .it-team = can give you access there.
refused = { not-signed-in }
    .explanation = Your company’s sign-in did not sign you in.
    .you = can try again.
refused-for-now = { not-signed-in }
    .explanation = { refused.explanation }
    .you = can wait a minute and try again.
refused-by-setup = { not-signed-in }
    .explanation = { refused.explanation }
    .it-team = { not-in-use.it-team }
proof-too-old = { not-signed-in }
    .explanation = The app wants you to prove again who you are, and your company’s sign-in did not ask you.
    .you = can try again.
not-sure-enough = { not-signed-in }
    .explanation = { $app } lets nobody in without a second proof of who they are, and your sign-in did not confirm one.
    .you = can try again with a second factor, such as an authenticator app or a security key.
    .it-team = can demand multi-factor authentication for this sign-in, and let us be told of it (amr or acr).
profile-too-large = { not-signed-in }
    .explanation = Your company’s sign-in says more about you than we can keep.
    .it-team = { not-in-use.it-team }
lost-track = { not-signed-in }
    .explanation = Your company’s sign-in and we lost track of this sign-in.
    .you = can try again.
bad-answer = { not-signed-in }
    .explanation = Your company’s sign-in gave an answer that we cannot accept.
    .it-team = { not-in-use.it-team }
no-answer = { not-signed-in }
    .explanation = Your company’s sign-in does not answer as it should right now.
    .you = can wait a minute and try again.
not-set-up = { not-signed-in }
    .explanation = Something on our side is not set up as it should be.
    .support = can look up the reference below; it says what is wrong.

## The company's sign-in worked, but the person may not come in.

no-account = You do not have an account yet
    .explanation = Your company’s sign-in worked, but nobody has created an account for you in { $app }.
    .it-team = can create an account for you, or allow accounts to be created at first sign-in.
not-let-in = This account may not use { $app }
    .explanation = Your company’s sign-in worked, but your company lets in only some of its accounts, and yours is not among them.
    .it-team = can let you in: the sign-in record behind the reference below says what is missing.
claim-missing = Your company’s sign-in does not say enough about you
    .explanation = Your company’s sign-in worked, but it leaves out something that { $app } cannot do without.
    .it-team = can add it: the sign-in record behind the reference below says what is missing.
not-active = You are not active in your company’s sign-in
    .explanation = Your company’s sign-in worked, but its records say that you may not use { $app } now.
    .it-team = can change your status there.
address-taken = There is an account with your email address already
    .explanation = Your company’s sign-in worked. But somebody uses { $app } with your email address already, and nothing tells us that it is you.
    .it-team = can connect your sign-in with that account.
not-in-pilot = You are not part of this yet
    .explanation = Your company is trying out a new way to sign in, and you are not part of it yet. Nothing has happened to your account.
    .you = can sign in the way you did before.
    .it-team = can let you take part.
account-off = Your account is switched off
    .explanation = Your company’s sign-in worked, but your account here is switched off.
    .it-team = can switch your account on again.
app-not-open = This app is not open to your company
    .explanation = Your company’s sign-in worked, but your company does not use { $app } through us.
    .it-team = can ask for access to this app.
somebody-else = You signed in as somebody else
    .explanation = { $app } expected another account than the one you signed in with.
    .you = can try again with the account that you use in the app.
of-another-company = { somebody-else }
    .explanation = The account that you signed in with is not one of your company’s.
    .you = can try again with the account of your company, in a private window if need be.

## Signing out.

sign-out-unreadable = You are still signed in
    .explanation = The app’s request to sign you out cannot be read.
    .developer = can send each logout parameter once, as plain text.
sign-out-address = You are still signed in
    .explanation = The app asked to be returned to an address that is not registered for it.
    .developer = can register the post_logout_redirect_uri, character by character.

## A link from an email.

proof-gone = This link is not good any more
    .explanation = It was used already, it is too old, or a newer one was sent to you.
    .you = can look for a newer email, or ask for one with “Can’t sign in?” on the sign-in page.
    .it-team = can send you a new invitation.

## A page for who is signed in.

no-session-here = You have not signed in here
    .explanation = This page is for people who signed in with a password or a passkey of ours, in this browser and not long ago.
    .you = can open an app, sign in there in that way, and come back to this page.

## Anything else.

busy = Too many people are signing in right now
    .explanation = We cannot check your password at this moment. Nothing has happened to your account.
    .you = can wait a minute and try again.
unavailable = Signing in is not possible right now
    .explanation = Something on our side does not work. It is not your fault, and your account is safe.
    .you = can wait a minute and try again.
nothing-here = There is nothing here
    .explanation = The address may be old, or mistyped.
    .you = can go back to the app and start again there.

## The test of a connection.

test-gone = This test cannot be run
    .explanation = Its link is over, or it was opened in another browser.
    .you = can ask for a new link.
