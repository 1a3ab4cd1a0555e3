/**
 * Updates from the world: server-sent events, or a poll every 700 ms while events do not arrive. It never
 * stops trying, so the page continues by itself after a restart of the clouds.
 */
const pollEvery = 700;
/** The server sends the time every two seconds. A connection that is silent for this long is dead. */
const silence = 7000;

/**
 * Calls `show(view)` at each change, and `tell(how)` when the connection's state changes: "live", "polling"
 * or "lost".
 */
export function follow(show, tell) {
  let seen = 0;
  let heard = 0;
  let source;
  let polling;

  const news = (view) => {
    // An emptied journal counts from 1 again. A connection that was re-established repeats what it sent
    // before.
    if (view.calls.total < seen) view.calls.reset = true;
    else view.calls.newest = view.calls.newest.filter((call) => call.n > seen);
    seen = view.calls.total;
    show(view);
  };

  const listen = () => {
    source?.close();
    source = new EventSource(`/_local/view/stream?after=${seen}`);
    heard = Date.now();
    const alive = () => {
      heard = Date.now();
      clearInterval(polling);
      polling = undefined;
      tell("live");
    };
    source.addEventListener("view", (event) => {
      alive();
      news(JSON.parse(event.data));
    });
    source.addEventListener("beat", alive);
    source.addEventListener("error", poll);
  };

  const poll = () => {
    polling ??= setInterval(ask, pollEvery);
  };

  const ask = async () => {
    try {
      const answer = await fetch(`/_local/view?after=${seen}`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const view = await answer.json();
      // The stream may be connected again by now, with newer data.
      if (polling === undefined) return;
      tell("polling");
      news(view);
      if (source.readyState === EventSource.CLOSED) listen();
    } catch {
      tell("lost");
    }
  };

  setInterval(() => {
    if (Date.now() - heard < silence) return;
    poll();
    listen();
  }, silence);
  listen();
}
