// Listens to the emulator's server-sent events and never gives up.

const KINDS = ["snapshot", "call", "speech", "silence", "exchange", "reset"];
const LONGEST_WAIT = 8000;

/** Connects; calls handlers[kind](data) for each event and onlink(isUp) when the link comes or goes. */
export function listen(url, handlers, onlink) {
  let wait = 500;
  let timer = null;
  let source = null;

  // EventSource itself gives up for good after an HTTP error, as from a restarting server: so we close and begin again.
  const connect = () => {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(url);
    source.onopen = () => {
      wait = 500;
      onlink(true);
    };
    source.onerror = () => {
      source.close();
      onlink(false);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => handlers[kind]?.(JSON.parse(event.data || "{}")));
    }
  };

  window.addEventListener("online", connect);
  connect();
  return connect;
}
