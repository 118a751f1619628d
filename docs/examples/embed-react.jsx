// <patchbay-hub> in React (19 or later, which hands properties and events on to custom elements).
// The page loads https://hub.example.com/embed/patchbay-hub.js as a module.
import { useState } from 'react';

export function ConnectPersonio({ language }) {
  const [token, setToken] = useState(null);
  const [state, setState] = useState('');

  async function begin() {
    // Your server makes a connect session with its API key and gives the token on.
    const reply = await fetch('/connect-session', { method: 'POST' });
    setToken((await reply.json()).token);
  }

  return (
    <section>
      {token
        ? (
          <patchbay-hub
            token={token}
            lang={language}
            theme="dark"
            onlinked={({ detail }) => setState(`Connected: ${detail.account}`)}
            onfailed={({ detail }) => setState(`Not connected: ${detail.code}`)}
          />
        )
        : <button type="button" onClick={begin}>Connect Personio</button>}
      <p role="status">{state}</p>
    </section>
  );
}
