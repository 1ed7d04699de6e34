### The test of a connection, which administrators make. What it finds is in English, as the catalogue is.
###
### $connection is the connection's title, $tenant the company, $name the person, $method a way of client
### authentication, $milliseconds how long something took.

test = Test of { $connection }
test-explanation = This tries the whole way of a sign-in for { $tenant }: to the identity provider and back. Nothing is created, and nobody is signed in.
test-told = Whoever made this link reads the result, with what the identity provider tells about you. The link is good for 15 minutes and for this browser alone.
test-start = Start the test
test-again = Run the test again
test-works = It works, and { $name } would come in
test-new = As somebody new: the first sign-in would create the account.
test-known = With the account that is there already.
test-not-in = It works, but this person would not come in
test-fails = It does not work yet
test-works-with = The identity provider accepts the same secret by { $method }: change the connection’s client authentication to that.
test-who-person = The person who signs in can mend it
test-who-administrator = The administrator of the identity provider or of this connection can mend it
test-who-developer = The app’s developer can mend it
test-who-operator = The operator of this service can mend it
test-who-provider = The identity provider has to mend it; try again later
test-said = The identity provider said:
test-steps = What happened
test-done = Done
test-failed = Failed
test-not-reached = Not reached
test-took = { $milliseconds } ms
test-checks = What the ID token says of itself
test-name = Name
test-expected = Expected
test-received = Received
test-fields = What we understood
test-field = Field
test-became = Result
test-filled = taken over
test-missing = not told
test-left-out = cannot be used
test-claims = What the identity provider tells
test-claim = Claim
test-from = From
test-type = Type
test-value = Value
test-stuck = Stuck on a page of the identity provider?
test-paste = Paste the code or the message that you see there
test-explain = Explain it
test-unknown = Nobody here knows this text. Paste the whole message.
