// Time that passes when told to: a clock of the tests' own, as node:test's differs between the
// versions of Node that they run on. Gives the function that lets time pass.
export function fakeTimeouts(t) {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  let now = 0, waiting = [];
  t.after(() => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }));
  globalThis.setTimeout = (done, ms) => {
    const timer = { done, at: now + ms };
    waiting.push(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => { waiting = waiting.filter((other) => other !== timer); };
  return function tick(ms) {
    now += ms;
    const due = waiting.filter((timer) => timer.at <= now);
    waiting = waiting.filter((timer) => timer.at > now);
    for (const timer of due) timer.done();
  };
}
