// Passkeys (Web Authentication Level 3) for the one form of a page that has a question for the browser. What
// the authenticator answers goes into the form's fields, and the form is posted like any other. Without this
// script, or without passkeys, the form stays hidden and the page works as well.

const form = document.getElementById("passkey");
const problem = document.getElementById("passkey-problem");
const question = JSON.parse(form.dataset.question);

const decode = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0));
const encode = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer ?? [])))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = list => list?.map(one => ({ ...one, id: decode(one.id) }));

const publicKey = { ...question, challenge: decode(question.challenge) };
publicKey.allowCredentials = described(question.allowCredentials);
publicKey.excludeCredentials = described(question.excludeCredentials);
if (question.user) publicKey.user = { ...question.user, id: decode(question.user.id) };

let waiting;

// Asks the authenticator. A question that waits for somebody to pick a passkey gives way to the next one.
function ask(mediation) {
  waiting?.abort();
  waiting = new AbortController();
  const options = { publicKey, mediation, signal: waiting.signal };
  return question.user ? navigator.credentials.create(options) : navigator.credentials.get(options);
}

function post({ rawId, response }) {
  const answer = {
    id: rawId,
    client_data: response.clientDataJSON,
    authenticator_data: response.authenticatorData,
    signature: response.signature,
    user_handle: response.userHandle,
    attestation_object: response.attestationObject,
  };
  for (const [name, value] of Object.entries(answer)) {
    if (form.elements[name]) form.elements[name].value = encode(value);
  }
  form.submit();
}

function tell(error) {
  if (error.name !== "AbortError") problem.hidden = false;
}

if (window.PublicKeyCredential) {
  form.hidden = false;
  form.addEventListener("submit", event => {
    event.preventDefault();
    problem.hidden = true;
    ask().then(post, tell);
  });
  // Where the browser can offer passkeys in a field of the page, it does.
  const offers = document.querySelector("[autocomplete~=webauthn]")
    && await PublicKeyCredential.isConditionalMediationAvailable?.();
  if (offers) ask("conditional").then(post, () => {});
}
