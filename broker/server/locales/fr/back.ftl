### The page that posts the answer to the app; only browsers that run no script stop at it.

back = Retour à l’application
back-continue = Continuer
