// Watches in a page, in either browser, that media goes on: how long at most no picture was
// decoded and no sound came, and whether the PeerConnection stayed as it was.
//
//   await watchFlow(page);
//   …
//   const flow = await flowOf(page);
//   flow.picture, flow.sound     the longest pause, ms; what the page itself slept is no pause
//   flow.states                  what its connection went through meanwhile, restarts and new ones

// In the page.
function begin() {
  const EVERY_MS = 100;
  const flow = globalThis.testFlow = { picture: 0, sound: 0, states: [], looks: 0, ended: false };
  const made = globalThis.testConnections;
  const { length } = made;
  const pc = made.at(-1);
  pc.addEventListener('connectionstatechange', () => flow.states.push(pc.connectionState));
  const ufrag = () => made.at(-1).localDescription.sdp.match(/a=ice-ufrag:(\S+)/)[1];
  let before = ufrag();
  const last = { picture: { sum: -1, still: 0 }, sound: { sum: -1, still: 0 } };
  const take = (name, sum) => {
    const was = last[name];
    was.still = sum === was.sum ? was.still + EVERY_MS : 0;
    was.sum = sum;
    flow[name] = Math.max(flow[name], was.still);
  };
  const look = async () => {
    if (flow.ended) return;
    let picture = 0, sound = 0;
    for (const s of (await made.at(-1).getStats()).values()) {
      if (s.type !== 'inbound-rtp') continue;
      if (s.kind === 'video') picture += s.framesDecoded ?? 0;
      else sound += s.packetsReceived ?? 0;
    }
    take('picture', picture);
    take('sound', sound);
    if (made.length > length && !flow.states.includes('new one')) flow.states.push('new one');
    const now = ufrag();
    if (now !== before) flow.states.push('restarted');
    before = now;
    flow.looks++;
    setTimeout(look, EVERY_MS);
  };
  void look();
}

export function watchFlow(page) {
  return page.evaluate(begin);
}

export async function flowOf(page) {
  return page.evaluate(async () => {
    const flow = globalThis.testFlow;
    const enough = flow.looks + 3;      // what has just happened is seen too
    while (flow.looks < enough) await new Promise((done) => { setTimeout(done, 20); });
    flow.ended = true;
    return flow;
  });
}
