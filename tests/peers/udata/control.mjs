// Switches of the stand-in that no real portal has; everything under /_.
//   POST /_faults [list]              scripted faults (faults.mjs)
//   GET  /_journal?since=&method=&path=
//   POST /_reset                      data, faults, journal and clock; keys stay
//   POST /_clock {"advance": seconds} or {"now": ISO} or {"real": true}
//   POST /_accept {"organization", "user"}   the invited user accepts
//   POST /_purge {"dataset"}          what the nightly purge does: 404 from now on
//   POST /_transfer {"dataset", "organization"}  somebody moved it
//   POST /_zones {"vanished": [ids]}  zones that the portal no longer knows
//   POST /_token {"name", "revoked"}  revoke or restore one of the keys

const ok = (body = { ok: true }) => ({ status: 200, body });
const bad = (message) => ({ status: 400, body: { message } });

function faults(server, body) {
  const wrong = server.faults.set(body);
  return wrong ? bad(wrong) : ok();
}

function reset(server) {
  server.store.reset();
  server.faults.set([]);
  server.journal.clear();
  return ok();
}

function clock(server, body) {
  const { state } = server.store;
  if (body.real) state.offset = 0;
  else if (body.now) state.offset = Date.parse(body.now) - Date.now();
  else if (Number.isFinite(body.advance)) state.offset += body.advance * 1000;
  else return bad('expecting advance, now or real');
  server.store.save();
  return ok({ now: server.store.now() });
}

function accept(server, body) {
  const organization = server.store.organization(body.organization);
  const invitation = organization?.invitations.find((i) => i.user === body.user && i.status === 'pending');
  if (!invitation) return bad('no such invitation');
  invitation.status = 'accepted';
  organization.members.push({ user: body.user, role: invitation.role, since: server.store.now() });
  server.store.save();
  return ok();
}

function purge(server, body) {
  const { state } = server.store;
  const before = state.datasets.length;
  state.datasets = state.datasets.filter((d) => d.id !== body.dataset);
  server.store.save();
  return before === state.datasets.length ? bad('no such dataset') : ok();
}

function transfer(server, body) {
  const dataset = server.store.dataset(body.dataset);
  const organization = server.store.organization(body.organization);
  if (!dataset || !organization) return bad('no such dataset or organization');
  dataset.organization = organization.id;
  server.store.save();
  return ok();
}

function zones(server, body) {
  server.store.state.vanishedZones = body.vanished ?? [];
  server.store.save();
  return ok();
}

function token(server, body) {
  const key = server.store.state.keys[body.name];
  if (!key) return bad('no such key');
  server.store.token(key).revoked = body.revoked === true;
  server.store.save();
  return ok();
}

const actions = {
  'GET /_journal': (server, _, url) => ok(server.journal.read(url.searchParams)),
  'POST /_faults': faults, 'POST /_reset': reset, 'POST /_clock': clock, 'POST /_accept': accept,
  'POST /_purge': purge, 'POST /_transfer': transfer, 'POST /_zones': zones, 'POST /_token': token,
};

export function control(server, request, response, url, bytes) {
  const action = actions[`${request.method} ${url.pathname}`];
  let made = { status: 404, body: { message: `known: ${Object.keys(actions).join(', ')}` } };
  try {
    // A page in somebody's browser must not press these switches.
    if (action && request.headers.origin) made = { status: 403, body: { message: 'not from a browser' } };
    else if (action) made = action(server, bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : {}, url);
  } catch (error) { made = bad(error.message); }
  const body = Buffer.from(JSON.stringify(made.body));
  response.writeHead(made.status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}
