// The running playground, as it described itself in the environment (see `run`).

const described = process.env.PLAYGROUND;
if (!described) throw new Error('PLAYGROUND is not set; start these tests with tests/interop/run');

export const playground = JSON.parse(described);

/** Somebody who can sign in at every issuer of the test IdP. */
export const alice = {
  name: 'Alice Archer',
  given_name: 'Alice',
  family_name: 'Archer',
  preferred_username: 'alice',
};

export function client(clientId) {
  return the(playground.clients, ({ client_id }) => client_id === clientId, `client ${clientId}`);
}

export function tenant(slug) {
  return the(playground.tenants, (tenant) => tenant.slug === slug, `tenant ${slug}`);
}

function the(list, wanted, name) {
  const found = list.find(wanted);
  if (!found) throw new Error(`the playground has no ${name}`);
  return found;
}
