### The page that posts the answer to the app; only browsers that run no script stop at it.

back = Back to the app
back-continue = Continue
