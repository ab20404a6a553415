// A strict SMTP server for tests (RFC 5321, 3207, 4954): listens on loopback, keeps what it was given, and counts what a
// careful server refuses: commands out of order, mail before STARTTLS, lines over 1,000 bytes, bare line ends, bytes beyond
// ASCII in a head, a head without the fields of RFC 5322.
//
//   const peer = await start({ tls: { key, cert }, user: 'u', password: 'p' });
//   peer.port, peer.mails [{ from, to, head, body, tls, user }], peer.faults ['…']
//   peer.answer = (verb, argument) => '452 later' | 'drop' | undefined     // switchable faults
//   await peer.close();

import { createServer } from 'node:net';
import { TLSSocket, createServer as createTlsServer } from 'node:tls';

/** "Name: value" lines, unfolded, names in lower case. */
function readHead(text, fault) {
  const head = {};
  for (const line of text.replace(/\r\n[ \t]/g, ' ').split('\r\n')) {
    const [, name, value] = /^([!-9;-~]+): (.*)$/.exec(line) ?? [];
    if (!name) fault(`head line: ${line}`);
    else if (name.toLowerCase() in head) fault(`twice: ${name}`);
    else head[name.toLowerCase()] = value;
  }
  for (const name of ['date', 'from', 'to', 'subject', 'message-id', 'mime-version']) if (!(name in head)) fault(`no ${name}`);
  return head;
}

/** RFC 2047 words of UTF-8 in base64; each must be whole characters and at most 75 long. */
export function words(text, fault = (x) => { throw new Error(x); }) {
  return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/g, (all, base64) => {
    if (all.length > 75) fault('encoded word too long');
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  });
}

class Session {
  constructor(peer, socket, secure) {
    Object.assign(this, { peer, socket, secure, rest: Buffer.alloc(0), data: null, sender: null, to: [], greeted: false, user: null });
    this.listen(socket);
    this.say('220 peer.example ESMTP');
  }
  say(line) { this.socket.write(`${line}\r\n`); }
  fault(what) { this.peer.faults.push(what); }
  listen(socket) {
    this.socket = socket;
    socket.on('error', (error) => { this.peer.broken.push(error.code); });
    socket.on('data', (bytes) => { if (this.socket === socket) this.feed(bytes); });
  }
  feed(bytes) {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (let at; (at = this.rest.indexOf('\n')) >= 0;) {
      const line = this.rest.subarray(0, at + 1);
      this.rest = this.rest.subarray(at + 1);
      if (line.length > 1000) this.fault('line over 1,000 bytes');
      if (line.at(-2) !== 13) this.fault('bare line end');
      const text = line.toString('latin1').replace(/\r?\n$/, '');
      if (this.data) this.dataLine(text);
      else this.command(text);
    }
  }
  dataLine(line) {
    if (line !== '.') return void this.data.push(line.startsWith('.') ? line.slice(1) : line);
    const text = this.data.join('\r\n');
    this.data = null;
    if (/[\x80-\xff]/.test(text)) this.fault('bytes beyond ASCII');
    const end = text.indexOf('\r\n\r\n');
    const said = this.peer.answer('.', text);
    const mail = { from: this.sender, to: this.to, tls: this.secure, user: this.user, head: readHead(text.slice(0, end), (x) => this.fault(x)),
      body: Buffer.from(text.slice(end + 4), 'base64').toString('utf8') };
    [this.sender, this.to] = [null, []];
    if (said && said !== 'drop' && !said.startsWith('2')) return void this.say(said);
    this.peer.mails.push(mail);
    if (said === 'drop') this.socket.destroy(); // it was taken, and the answer is lost
    else this.say(said ?? '250 taken');
  }
  command(line) {
    const [, verb, rest = ''] = /^([A-Za-z]+)(?: (.*))?$/.exec(line) ?? [, line];
    const said = this.peer.answer(verb.toUpperCase(), rest);
    if (said === 'drop') return void this.socket.destroy();
    if (said) return void this.say(said);
    const known = this[`on${verb.toUpperCase()}`];
    if (this.waiting) return void this.password(line);
    if (!known) { this.fault(`unknown: ${line}`); return void this.say('500 what'); }
    known.call(this, rest);
  }
  onEHLO(name) {
    if (!/^[A-Za-z0-9.-]+$/.test(name)) this.fault(`EHLO ${name}`);
    this.greeted = true;
    const { tls, user } = this.peer.options;
    const able = ['peer.example', tls && !this.secure && !this.peer.options.hideStartTls && 'STARTTLS', user && this.secure && 'AUTH PLAIN LOGIN', 'SIZE 1000000'].filter(Boolean);
    able.forEach((x, i) => this.say(`250${i === able.length - 1 ? ' ' : '-'}${x}`));
  }
  onSTARTTLS() {
    if (!this.peer.options.tls || this.secure) return void this.say('502 no');
    this.say('220 go');
    const secure = new TLSSocket(this.socket, { isServer: true, ...this.peer.options.tls });
    [this.secure, this.greeted, this.rest] = [true, false, Buffer.alloc(0)];
    this.listen(secure);
  }
  onAUTH(rest) {
    if (!this.secure) this.fault('password in clear');
    const [how, first] = rest.split(' ');
    if (how.toUpperCase() !== 'PLAIN') return void this.say('504 plain');
    if (first) return void this.password(first);
    this.waiting = true;
    this.say('334 ');
  }
  password(base64) {
    this.waiting = false;
    const [, user, password] = Buffer.from(base64, 'base64').toString('utf8').split('\0');
    if (user !== this.peer.options.user || password !== this.peer.options.password) return void this.say('535 no');
    this.user = user;
    this.say('235 in');
  }
  onMAIL(rest) {
    const { tls, user } = this.peer.options;
    if (!this.greeted || this.sender !== null) this.fault('MAIL out of order');
    if (tls && !this.secure) { this.fault('MAIL before STARTTLS'); return void this.say('530 STARTTLS first'); }
    if (user && !this.user) return void this.say('530 sign in');
    const [, address] = /^FROM:<([^<>\s]*)>/i.exec(rest) ?? [];
    if (address === undefined) this.fault(`MAIL ${rest}`);
    this.sender = address;
    this.say('250 ok');
  }
  onRCPT(rest) {
    const [, address] = /^TO:<([^<>\s@]+@[^<>\s@]+)>$/i.exec(rest) ?? [];
    if (this.sender === null || !address) this.fault(`RCPT ${rest}`);
    this.to.push(address);
    this.say('250 ok');
  }
  onDATA() {
    if (this.to.length === 0) this.fault('DATA out of order');
    this.data = [];
    this.say('354 go');
  }
  onRSET() { [this.sender, this.to] = [null, []]; this.say('250 ok'); }
  onQUIT() { this.say('221 bye'); this.socket.end(); }
}

export async function start(options = {}) {
  const peer = { options, mails: [], faults: [], broken: [], answer: () => undefined };
  const sockets = new Set();
  const met = (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new Session(peer, socket, Boolean(options.implicit));
  };
  const server = options.implicit ? createTlsServer(options.tls, met) : createServer(met);
  await new Promise((done) => { server.listen(options.port ?? 0, '127.0.0.1', done); });
  peer.port = server.address().port;
  peer.close = () => new Promise((done) => { for (const s of sockets) s.destroy(); server.close(done); });
  return peer;
}
