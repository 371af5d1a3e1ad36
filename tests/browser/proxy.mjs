// What stands between a page and the server's HTTPS port, and lets through what a test says. Media
// goes by UDP and does not pass here.
//
//   const proxy = await startProxy(server);
//   await anna.join(proxy.meeting(meeting));     the same meeting, through the proxy
//   proxy.cut();            every connection is reset, and each new one at once
//   proxy.silence();        nothing passes, and nobody is told: what a dead network is like
//   proxy.open();           as at the beginning
//   proxy.tries             how many connections were begun since it was shut
import net from 'node:net';

class Proxy {
  #listener;
  #pairs = new Set();
  #state = 'open';

  constructor(server) {
    this.server = server;
    this.tries = 0;
  }

  async start() {
    this.#listener = net.createServer((socket) => this.#accept(socket));
    await new Promise((done, fail) => this.#listener.once('error', fail)
      .listen(0, this.server.host, done));
    this.url = `https://${this.server.host}:${this.#listener.address().port}`;
    return this;
  }

  #accept(near) {
    this.tries += 1;
    near.on('error', () => {});
    if (this.#state === 'cut') return near.resetAndDestroy();
    const far = net.connect(this.server.port, this.server.host);
    far.on('error', () => {});
    const pair = { near, far };
    this.#pairs.add(pair);
    const ends = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    // A silent end is not passed on either.
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', (part) => { if (!pair.silent) to.write(part); });
      from.on('close', () => { if (!pair.silent) ends(); });
    }
    if (this.#state === 'silent') pair.silent = true;
  }

  #shut(state) {
    this.#state = state;
    this.tries = 0;
  }

  cut() {
    this.#shut('cut');
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  silence() {
    this.#shut('silent');
    for (const pair of this.#pairs) pair.silent = true;
  }

  open() { this.#state = 'open'; }

  meeting(meeting) {
    const through = (url) => url.replace(this.server.url, this.url);
    return { ...meeting, url: through(meeting.url), hostUrl: through(meeting.hostUrl) };
  }

  async stop() {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    await new Promise((done) => this.#listener.close(done));
  }
}

export function startProxy(server) {
  return new Proxy(server).start();
}
