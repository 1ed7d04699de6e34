### Letters, in plain text.
###
### $tenant is the person's company, $link an address on this server, $code a code to be typed.

mail-invitation-subject = Your account at { $tenant }
mail-invitation =
    Hello,

    { $tenant } has made an account for you. Choose your password here, within three days:

    { $link }

    If you did not expect this, you need not do anything.
mail-reset-subject = A new password for { $tenant }
mail-reset =
    Hello,

    somebody, probably you, cannot sign in at { $tenant }. Choose a new password here, within half an hour:

    { $link }

    Or enter this code where you were asked for it: { $code }

    If it was not you, you need not do anything: your password stays as it is.
mail-verification-subject = Is this your email address?
mail-verification =
    Hello,

    { $tenant } knows you by this email address. Confirm here that it is yours, within a day:

    { $link }

    If you do not know { $tenant }, you need not do anything.
mail-address-code-subject = Your code for { $tenant }
mail-address-code =
    Hello,

    somebody, probably you, signs in at { $tenant } with this email address. Enter this code where you were asked for it, within a quarter of an hour: { $code }

    If it was not you, give the code to nobody. You need not do anything else.
mail-password-changed-subject = Your password was changed
mail-password-changed =
    Hello,

    your password at { $tenant } was changed just now, and you were signed out everywhere.

    If it was not you, choose a new password at once ("Can’t sign in?" on the sign-in page) and tell your company.
mail-sign-in-changed-subject = The way you sign in was changed
mail-sign-in-changed =
    Hello,

    your second factor, your recovery codes or your passkeys at { $tenant } were changed just now.

    If it was not you, choose a new password at once ("Can’t sign in?" on the sign-in page) and tell your company.
mail-retreated-subject = Single sign-on at { $tenant } is not required any more
# $connection is what people read on the button that leads there.
mail-retreated =
    Hello,

    most sign-ins through “{ $connection }” at { $tenant } failed because of how it is set up. So that nobody is locked out, it is not the only way to sign in any more: people can sign in the way they did before.

    Your administrator finds the causes in the sign-in records, and can require it again once it works.
mail-recovery-code-subject = A recovery code was used
# $left is a number.
mail-recovery-code =
    Hello,

    one of your recovery codes was just used to sign in at { $tenant }. Left: { $left }.

    If it was not you, choose a new password at once ("Can’t sign in?" on the sign-in page) and tell your company.
