### The question before a sign-out, and the page after it.
###
### $app is the name of the app that asked for the sign-out.

sign-out = Sign out?
sign-out-here = You are about to sign out here. The next app that you open will ask you to sign in again.
sign-out-app = { $app } asks to sign you out here. The next app that you open will ask you to sign in again.
sign-out-button = Sign out
sign-out-stay = To stay signed in, close this page.

signed-out = You are signed out
signed-out-here = You are signed out here.
signed-out-app = You are signed out here, as { $app } asked.
signed-out-elsewhere = You may still be signed in at your company’s own sign-in page and in other apps. On a shared computer, sign out there too and close the browser.
signed-out-continue = Continue
