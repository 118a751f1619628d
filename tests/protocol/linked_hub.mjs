// A hub with one account linked at the Personio sandbox, and a key for it, as protocol tests need.
// `options`: further ones of `patchbay serve`; `scopes`: the key's.
import { startHub } from '../browser/start_hub.mjs';

export async function startLinkedHub({ options = [], scopes = 'accounts actions' } = {}) {
  const hub = await startHub({ options });
  hub.key = hub.command(['api-keys', 'create', '--name', 'test', '--scopes', scopes]).stdout.match(/pb_\S+/)[0];

  hub.api = async (method, path, body) => {
    const reply = await fetch(`${hub.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${hub.key}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: reply.status, body: await reply.json() };
  };

  // As the connect component does it; the account's id.
  hub.link = async (owner) => {
    const made = await hub.api('POST', '/connect_sessions', {
      origin_owner_id: owner, origin_owner_name: `Owner ${owner}`, provider: 'personio',
    });
    const headers = { 'x-hub-session-token': made.body.token, 'Content-Type': 'application/json' };
    const list = await (await fetch(`${hub.url}/hub/connectors`, { headers })).json();
    const linked = await fetch(`${hub.url}/hub/accounts`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        integration_id: list.integrations[0].integration_id,
        credentials: hub.sandbox.credentials(0),
      }),
    });
    return (await linked.json()).id;
  };

  hub.account = await hub.link('tenant-1');
  return hub;
}
