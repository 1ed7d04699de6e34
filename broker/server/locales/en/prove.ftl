### Somebody came from their company's sign-in, and proves that an account or an address is theirs.
###
### $app is the app's name, $address an email address.

prove = Confirm that it is you
prove-explanation = Your company’s sign-in worked. To go on to { $app }, confirm that { $address } is your address, and that an account with it is yours.
prove-mail = Send me a code
prove-mail-again = Send another code
prove-or = Do you have a password here already? Then you can enter it instead.
prove-mailed = If a code can confirm it, one is on its way to { $address }. Enter it within a quarter of an hour.
prove-code = Code from the email
prove-continue = Confirm
prove-wrong-password = This is not right. Check the password, or have a code sent to you.
prove-wrong-code = This code is not good, or not any more. Check it, or have another one sent to you.
# $seconds is a number.
prove-too-soon = There were too many tries. You can try again in { $seconds } seconds.
